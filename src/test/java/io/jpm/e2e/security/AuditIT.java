package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jpm.client.Endpoint;
import io.jpm.client.JpmClient;
import io.jpm.client.JpmException;
import io.jpm.client.Request;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The audit log and the tokens of a real daemon.
@Timeout(300)
class AuditIT {
  private Jpm jpm;

  @BeforeEach
  void open() throws IOException {
    jpm = new Jpm();
  }

  @AfterEach
  void close() throws IOException {
    jpm.close();
  }

  private List<String> lines(String file) {
    try {
      return Files.readAllLines(jpm.home().resolve(file));
    } catch (IOException none) {
      return List.of();
    }
  }

  private JpmClient client(String token) throws IOException {
    int port = Integer.parseInt(Files.readString(jpm.home().resolve("bridge.port")).strip());
    return JpmClient.connect(new Endpoint.Tcp("127.0.0.1", port, token));
  }

  /// Reports whether a request of the client was denied; false if it failed for another reason,
  /// such as too many requests.
  private static boolean isDenied(JpmClient client) {
    try {
      client.ask(Request.stop("x".repeat(2000)));
      return false;
    } catch (JpmException refused) {
      return refused.code() == JpmException.Code.DENIED;
    }
  }

  @Test
  @Tag("slow")
  void deniedRequestsOfAReadTokenDoNotRotateTheAuditLog() throws IOException {
    jpm.settings("{\"log\": {\"max_size\": \"64K\", \"keep\": 1}}");
    jpm.run("start", "sleep 98765", "--name", "precious").ok();
    jpm.run("stop", "precious").ok();
    String token = jpm.run("token", "create", "reader", "-s").ok().out().strip();
    try (JpmClient reader = client(token)) {
      for (int denied = 0; denied < 1500; ) {
        denied += isDenied(reader) ? 1 : 0;
      }
    }
    assertThat(jpm.run("audit", "verify").ok().out()).contains("chain intact");
    assertThat(lines("audit.log"))
        .anyMatch(line -> line.contains("\"stop\"") && line.contains("precious"))
        .noneMatch(line -> line.contains("reader\",\"role"));
    assertThat(lines("audit-refused.log"))
        .isNotEmpty()
        .allMatch(line -> line.contains("\"who\":\"reader\""));
  }

  @Test
  void auditChainSurvivesACrashAndAChangedLineIsReported() throws IOException {
    jpm.run("start", "sleep 98765", "--name", "web").ok();
    jpm.run("stop", "web").ok();
    Path file = jpm.home().resolve("audit.log");
    Eventually.await(
        "the audit log has both lines", Jpm.LONG, () -> lines("audit.log").size() == 2);
    jpm.killDaemon();
    Files.writeString(file, "{\"at\":\"20", StandardOpenOption.APPEND);
    jpm.run("restart", "web").ok();
    assertThat(jpm.run("audit", "verify").ok().out()).isEqualTo("4 lines, chain intact\n");
    Files.writeString(file, Files.readString(file).replace("\"stop\"", "\"start\""));
    assertThat(jpm.run("audit", "verify").failed().err())
        .contains(file + ":2: this line or the one before it was changed");
  }

  @Test
  void rotatedTokenIsAcceptedOnlyWithItsNewSecret() throws IOException {
    String old = jpm.run("token", "create", "ci", "-s").ok().out().strip();
    try (JpmClient before = client(old)) {
      before.ask(Request.ping());
    }
    String secret = jpm.run("token", "rotate", "ci", "-s").ok().out().strip();
    try (JpmClient after = client(secret)) {
      after.ask(Request.ping());
    }
    assertThat(
            catchThrowable(() -> {
              try (JpmClient before = client(old)) {
                before.ask(Request.ping());
              }
            }))
        .isInstanceOf(JpmException.class)
        .hasMessageContaining("refused the connection");
  }
}
