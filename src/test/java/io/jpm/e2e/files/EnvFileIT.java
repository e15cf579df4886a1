package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Variables that only an env file defines: the port that clients connect to, and the variables
/// that probes and the stop command need.
@Tag("slow")
@Timeout(240)
@Needs(Need.NODE)
class EnvFileIT extends EndToEndTestBase {
  private int port;
  private Path file;

  @BeforeEach
  void open() throws IOException {
    port = FreePort.find();
    file = jpm.work().resolve("apps.json");
    Files.copy(
        Jpm.ROOT.resolve("examples/cluster/node/server.js"), jpm.work().resolve("server.js"));
    Files.writeString(jpm.work().resolve("some.env"), "PORT=%d\nVERSION=v7\n".formatted(port));
    jpm.script("stop.sh", "#!/bin/sh\necho $VERSION $PORT >> \"$(dirname \"$0\")/stopped\"\n");
  }

  private String processFile(String url) {
    return """
    {"apps": [{"name": "web", "script": "server.js", "instances": 2, "balance": "proxy",
               "env_file": "some.env", "stop": {"command": ["./stop.sh"], "timeout": "5s"},
               "readiness": {"http": "%s", "interval": "200ms", "failures": 1}}]}
    """
        .formatted(url);
  }

  private Set<Integer> pids() {
    return jpm.list().stream().map(it -> it.getInteger("pid")).collect(Collectors.toSet());
  }

  private void awaitAnswer(Load load) {
    Eventually.await(
        "clients are answered",
        Jpm.LONG,
        () -> {
          try {
            return load.get().contains("v7");
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  private void awaitUnhealthy(boolean wanted) {
    Eventually.await(
        "unhealthy: " + wanted,
        Jpm.LONG,
        () -> jpm.run("ls").ok().out().contains("unhealthy") == wanted,
        () -> jpm.run("ls").out());
  }

  @Test
  void portFromAnEnvFileIsBalancedProbedAndPassedToTheStopCommand() throws Exception {
    Files.writeString(file, processFile("http://127.0.0.1:${PORT}/"));
    jpm.run("start", file.toString()).ok();
    assertThat(jpm.list()).hasSize(2);
    Set<Integer> pids = pids();
    try (Load load = new Load(port)) {
      awaitAnswer(load);
      jpm.killDaemon();
      jpm.run("ls").ok();
      awaitAnswer(load);
      assertThat(jpm.run("describe", "web").ok().out()).contains("proxy");
      Files.writeString(file, processFile("http://127.0.0.1:1/${VERSION}"));
      assertThat(jpm.run("apply", file.toString()).ok().out())
          .contains("live")
          .contains("readiness");
      awaitUnhealthy(true);
      assertThat(jpm.run("events", "--lines", "50").ok().out())
          .contains("nothing listens on 127.0.0.1:1");
      Files.writeString(file, processFile("http://127.0.0.1:${PORT}/"));
      jpm.run("apply", file.toString()).ok();
      awaitUnhealthy(false);
      awaitAnswer(load);
    }
    assertThat(pids()).as("no process was replaced").isEqualTo(pids);
    jpm.run("stop", "web").ok();
    assertThat(Files.readAllLines(jpm.work().resolve("stopped")))
        .hasSize(2)
        .allMatch(line -> line.matches("v7 [0-9]+"));
  }
}
