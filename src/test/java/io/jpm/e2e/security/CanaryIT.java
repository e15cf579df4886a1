package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.web.Http;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A secret that an app declares by reference is in the environment of that app and nowhere else.
@Timeout(240)
class CanaryIT extends EndToEndTestBase {
  private static final String PRINTS_AND_FAILS =
      """
      #!/bin/sh
      cat db.txt
      cat db.txt >&2
      exit 3
      """;

  private static final String FILE =
      """
      {"apps": [
        {"name": "web", "script": "./web.sh", "env_file": "some.env", "restart_delay": 50,
         "secrets": {"BY_FILE": "file:db.txt", "BY_CREDENTIAL": "credential:key",
                     "BY_COMMAND": {"command": ["./give.sh"]}}},
        {"name": "broken", "script": "./web.sh", "max_restarts": 2, "restart_delay": 50,
         "secrets": {"NEVER": {"command": ["./broken.sh"]}}}
      ]}
      """;

  private final String canary = "c4n4ry-" + UUID.randomUUID();
  private final StringBuilder printed = new StringBuilder();
  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  @BeforeEach
  void open() throws IOException {
    Path work = jpm.work();
    Path credentials = Files.createDirectories(work.resolve("credentials"));
    jpm.environment("CREDENTIALS_DIRECTORY", credentials.toString());
    Files.writeString(credentials.resolve("key"), canary + "-credential");
    Files.writeString(work.resolve("db.txt"), canary + "-file\n");
    Files.writeString(work.resolve("some.env"), "IN_FILE='" + canary + "-env'\n");
    jpm.script("give.sh", "#!/bin/sh\nsed s/file/command/ db.txt\necho warning >&2\n");
    jpm.script("broken.sh", PRINTS_AND_FAILS);
    jpm.script("web.sh", "#!/bin/sh\necho hello\nexec sleep 1000\n");
    Files.writeString(work.resolve("apps.json"), FILE);
    jpm.run("ping").ok();
  }

  private Jpm.Result run(String... args) {
    Jpm.Result result = jpm.run(args);
    printed.append(result.out()).append(result.err());
    return result;
  }

  /// Subscribes to all addresses and records everything that the daemon sends.
  private void subscribe(SocketChannel channel) throws IOException {
    int before = received().length();
    channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
    for (String address :
        List.of(
            "jpm.events",
            "jpm.events.web",
            "jpm.events.broken",
            "jpm.lines.web",
            "jpm.lines.broken",
            "jpm.messages.web",
            "jpm.usage",
            "jpm.settings",
            "jpm.balance")) {
      channel.write(frame(new JsonObject().put("type", "register").put("address", address)));
    }
    channel.write(frame(new JsonObject().put("type", "ping")));
    InputStream in = Channels.newInputStream(channel);
    Thread.ofVirtual()
        .start(() -> {
          try {
            for (int b = in.read(); b >= 0; b = in.read()) {
              synchronized (told) {
                told.write(b);
              }
            }
          } catch (IOException _) {
            // The test has closed the connection.
          }
        });
    Eventually.await(
        "the subscription is active",
        Jpm.LONG,
        () -> received().substring(before).contains("pong"));
  }

  private String received() {
    synchronized (told) {
      return told.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static ByteBuffer frame(JsonObject json) {
    byte[] text = json.encode().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).flip();
  }

  private void assertHasAllSecrets(int pid) {
    Eventually.await("web has its environment", Jpm.LONG, () -> environ(pid).contains("BY_FILE="));
    assertThat(environ(pid).split("\0", -1))
        .contains(
            "BY_FILE=" + canary + "-file",
            "BY_CREDENTIAL=" + canary + "-credential",
            "BY_COMMAND=" + canary + "-command",
            "IN_FILE=" + canary + "-env");
  }

  private static String environ(int pid) {
    try {
      return Files.readString(
          Path.of("/proc", Integer.toString(pid), "environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return "";
    }
  }

  @Test
  void secretIsInTheEnvironmentOfItsAppAndNowhereElse() throws Exception {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      subscribe(channel);
      run("validate", "apps.json").ok();
      run("start", "apps.json");
      jpm.awaitStatus("web", "online");
      jpm.awaitStatus("broken", "errored");
      assertHasAllSecrets(jpm.pid("web"));
      run("restart", "web").ok();
      assertHasAllSecrets(jpm.pid("web"));
      run("reload", "web").ok();
      assertHasAllSecrets(jpm.pid("web"));
      crash();
      assertHasAllSecrets(jpm.pid("web"));
      run("save").ok();
      Eventually.await(
          "the client has received the restart and the output",
          Jpm.LONG,
          () -> received().contains("\"restart\"") && received().contains("hello"));
      jpm.killDaemon();
      run("ls").ok();
    }
    int before = received().length();
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      subscribe(channel);
      assertHasAllSecrets(jpm.pid("web"));
      inspect();
      inspectOverHttp();
      crash();
      assertHasAllSecrets(jpm.pid("web"));
      run("reload", "web").ok();
      run("delete", "all").ok();
      run("resurrect");
      jpm.awaitStatus("web", "online");
      assertHasAllSecrets(jpm.pid("web"));
      Eventually.await(
          "the client has received events and output of the next daemon",
          Jpm.LONG,
          () -> {
            String after = received().substring(before);
            return after.contains("\"restart\"")
                && after.contains("\"delete\"")
                && after.contains("hello");
          },
          () -> received().substring(before));
    }
    assertThat(printed).doesNotContain(canary);
    assertThat(received()).doesNotContain(canary);
    assertThat(filesWithTheCanary()).isEmpty();
  }

  private void crash() {
    int before = jpm.pid("web");
    Jpm.kill(before);
    Eventually.await(
        "web is online again",
        Jpm.LONG,
        () -> {
          int now = jpm.pid("web");
          return now > 0 && now != before && jpm.status("web").equals("online");
        });
  }

  private void inspect() {
    Jpm.Result web = run("env", "web").ok();
    assertThat(web.out())
        .contains("BY_CREDENTIAL: (secret credential:key)")
        .contains("BY_FILE: (secret file:")
        .contains("BY_COMMAND: (secret command:")
        .contains("some.env");
    run("env", "web", "--reveal").ok();
    run("env", "web", "--json", "--reveal").ok();
    run("describe", "web").ok();
    assertThat(run("describe", "broken").ok().out())
        .contains("secret NEVER")
        .contains("exited with code 3");
    run("jlist").ok();
    run("events").ok();
    run("events", "--json").ok();
    assertThat(run("logs", "--nostream", "--lines", "100").ok().out()).contains("hello");
  }

  private void inspectOverHttp() throws IOException {
    run("web", "--port", "0").ok();
    String address = run("web", "status").ok().out().strip();
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    String token = "Authorization: Bearer " + Files.readString(jpm.home().resolve("token")).strip();
    for (String path :
        List.of(
            "/",
            "/metrics",
            "/api/v1/instances",
            "/api/v1/instances/web",
            "/api/v1/instances/broken",
            "/api/v1/events",
            "/api/v1/logs/web",
            "/api/v1/logs/web/download")) {
      Http.Reply reply = Http.get(port, path, token);
      assertThat(reply.status()).as(path).isEqualTo(200);
      printed.append(reply.body());
    }
    run("web", "stop").ok();
  }

  private List<Path> filesWithTheCanary() throws IOException {
    try (Stream<Path> files = Files.walk(jpm.home())) {
      return files.filter(Files::isRegularFile).filter(this::hasTheCanary).toList();
    }
  }

  private boolean hasTheCanary(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(canary);
    } catch (IOException _) {
      return !Files.notExists(file); // a deleted file contains nothing
    }
  }
}
