package io.jpm.e2e.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Apps with a private `/tmp` and read-only paths, under a root daemon. The home is in `/tmp`,
/// which such an app does not see.
@Timeout(240)
@Needs({Need.ROOT, Need.MOUNT})
class SandboxIT extends EndToEndTestBase {
  private static final int NOBODY = 65534;

  private static final String TRIES =
      """
      #!/bin/bash
      ls -A /tmp /var/tmp >seen.new
      for name in kept/new "$PWD/kept/new"; do { echo x >$name; } 2>>seen.new; done
      echo "$$" >/tmp/mine
      mv seen.new seen
      exec sleep 1000
      """;

  private Path place;

  @BeforeEach
  void createDirectoryOutsideOfTmp() throws IOException {
    place = Files.createTempDirectory(Path.of("/opt"), "jpm-sandbox");
    Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createDirectory(place.resolve("kept"));
    changeOwner(place);
    changeOwner(place.resolve("kept"));
  }

  @AfterEach
  void deleteDirectory() throws IOException {
    if (place != null) {
      jpm.run("kill"); // a probe would write into it meanwhile
      try (Stream<Path> files = Files.walk(place)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
  }

  private static void changeOwner(Path file) throws IOException {
    Files.setAttribute(file, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
  }

  private String writeProcessFile(String script, String attributes) throws IOException {
    Path file = place.resolve("apps.json");
    Files.writeString(
        file,
        "{\"apps\": [{\"name\": \"web\", \"script\": \"%s\", \"private_tmp\": true,"
                .formatted(script)
            + " \"env\": {\"%s\": \"%s\"}, \"read_only_paths\": [\"%s\"]%s}]}"
                .formatted(Jpm.MARK, jpm.mark(), place.resolve("kept"), attributes));
    return file.toString();
  }

  private void script(String name, String text) throws IOException {
    Files.writeString(place.resolve(name), text);
    assertThat(place.resolve(name).toFile().setExecutable(true, false)).isTrue();
  }

  private int awaitSandboxedProcess(Path seen) throws IOException {
    Eventually.await("the app has listed its directories", Jpm.LONG, () -> Files.exists(seen));
    int pid = jpm.pid("web");
    assertThat(Files.readAllLines(seen))
        .hasSize(5)
        .startsWith("/tmp:", "", "/var/tmp:")
        .filteredOn(line -> line.contains("kept/new"))
        .hasSize(2)
        .allMatch(line -> line.endsWith("Read-only file system"));
    assertThat(Files.readString(pathOfApp(pid, "/tmp/mine"))).isEqualTo(pid + "\n");
    assertThat(Files.readAllLines(Path.of("/proc/" + pid + "/mountinfo")))
        .anyMatch(line -> line.contains(" " + place.resolve("kept") + " ro,"))
        .anyMatch(line -> line.contains(" /tmp rw,nosuid,nodev"));
    assertThat(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid")).isEqualTo(NOBODY);
    return pid;
  }

  private static Path pathOfApp(int pid, String path) {
    return Path.of("/proc/" + pid + "/root" + path);
  }

  @Test
  @Needs(Need.LIBSECCOMP)
  void sandboxOutlivesTheDaemonAndEachStartHasItsOwn() throws IOException {
    script("app.sh", TRIES);
    Path seen = place.resolve("seen");
    jpm.run("start", writeProcessFile("app.sh", ", \"uid\": 65534, \"seccomp\": \"default\"")).ok();
    int first = awaitSandboxedProcess(seen);
    Files.writeString(pathOfApp(first, "/tmp/kept-by-the-first"), "");
    assertThat(jpm.run("describe", "web").ok().out())
        .containsPattern("seccomp +│ default")
        .containsPattern("private_tmp +│ true")
        .containsPattern("read_only_paths +│ " + place.resolve("kept"));

    jpm.killDaemon();
    assertThat(jpm.pid("web")).isEqualTo(first);
    assertThat(jpm.restarts("web")).isZero();
    assertThat(pathOfApp(first, "/tmp/kept-by-the-first")).exists();

    Files.delete(seen);
    jpm.run("restart", "web").ok();
    int second = awaitSandboxedProcess(seen);
    assertThat(second).isNotEqualTo(first);

    Files.delete(seen);
    Jpm.kill(second);
    Eventually.await("web has another process", Jpm.LONG, () -> jpm.pid("web") != second);
    int third = awaitSandboxedProcess(seen);
    assertThat(Files.readString(Path.of("/proc/" + third + "/status"))).contains("Seccomp:\t2");

    jpm.run("stop", "web").ok();
    Eventually.await("the app has ended", Jpm.LONG, () -> !Jpm.running(third));
    assertThat(place.resolve("kept/new")).doesNotExist();
  }

  @Test
  @Tag("slow")
  void probesHooksAndTheStopCommandRunInTheSandbox() throws IOException {
    script("app.sh", "#!/bin/sh\ntrap '' INT\ntouch /tmp/of-app\nexec sleep 1000\n");
    script(
        "look.sh",
        """
        #!/bin/bash
        { ls -A /tmp; echo x >kept/new; } >$1.new 2>&1
        mv $1.new $1
        [ $1 != stopped ] || kill -9 $JPM_PID
        """);
    jpm.run(
            "start",
            writeProcessFile(
                "app.sh",
                ", \"uid\": 65534, \"liveness\": {\"exec\": [\"./look.sh\", \"checked\"]},"
                    + " \"stop\": {\"command\": [\"./look.sh\", \"stopped\"]},"
                    + " \"on\": {\"crash\": [\"./look.sh\", \"hooked\"]}"))
        .ok();
    Path checked = place.resolve("checked");
    Eventually.await("the probe has run", Jpm.LONG, () -> Files.exists(checked));
    int crashed = jpm.pid("web");
    Jpm.kill(crashed);
    Path hooked = place.resolve("hooked");
    Eventually.await("the hook has run", Jpm.LONG, () -> Files.exists(hooked));
    Eventually.await(
        "web has another process", Jpm.LONG, () -> !List.of(0, crashed).contains(jpm.pid("web")));
    jpm.run("stop", "web").ok();

    for (Path file : List.of(checked, place.resolve("stopped"), hooked)) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .hasLineCount(1)
          .endsWith("kept/new: Read-only file system\n");
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @Needs(Need.NODE_FOR_ALL)
  @ValueSource(strings = {"cluster", "fork"})
  void nodeServerIsReloadedEvenByTheNextDaemon(String mode) throws Exception {
    Files.writeString(
        place.resolve("web.js"),
        """
        const fs = require("fs");
        const names = fs.readdirSync("/tmp").filter((it) => !it.startsWith("node"));
        fs.writeFileSync("/tmp/" + process.pid, "");
        require("http")
          .createServer((_, answer) => answer.end(process.pid + " " + names.length))
          .listen(Number(process.argv[2]), "127.0.0.1", () => process.send?.("ready"));
        """);
    int port;
    port = FreePort.find();
    String attributes =
        ", \"uid\": 65534, \"instances\": %d, \"exec_mode\": \"%s\", \"wait_ready\": true,"
                .formatted(mode.equals("fork") ? 1 : 2, mode)
            + " \"args\": [\"%d\"]".formatted(port);
    jpm.run("start", writeProcessFile("web.js", attributes)).ok();
    jpm.awaitStatus("web", "online");
    int first = jpm.pid("web");
    assertThat(answer(port)).endsWith(" 0");

    jpm.run("reload", "web").ok();
    assertThat(answer(port)).endsWith(" 0");
    assertThat(jpm.pid("web")).isNotEqualTo(first);
    jpm.killDaemon();
    int second = jpm.pid("web");
    jpm.run("reload", "web").ok();
    assertThat(answer(port)).endsWith(" 0");
    assertThat(jpm.pid("web")).isNotEqualTo(second);
  }

  private static String answer(int port) throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port)).build(),
              BodyHandlers.ofString())
          .body();
    }
  }

  @Test
  @Tag("slow")
  void failedMountIsReportedAsTheReasonOfARefusedStart() throws IOException {
    script("app.sh", "#!/bin/sh\necho ran >ran\nexec sleep 1000\n");
    String file = writeProcessFile("app.sh", "");
    Files.delete(place.resolve("kept"));
    Jpm.Result refused = jpm.run("start", file);

    assertThat(refused.failed().err() + refused.out())
        .contains(
            "web (id 0): read_only_paths: "
                + place.resolve("kept")
                + " does not exist: create it, or write \"-"
                + place.resolve("kept")
                + "\" if it is optional");
    assertThat(jpm.status("web")).isEqualTo("errored");
    assertThat(place.resolve("ran")).doesNotExist();
  }

  @Test
  @Tag("slow")
  void daemonThatIsNotRootRefusesASandbox() throws IOException {
    script("app.sh", "#!/bin/sh\necho ran >ran\nexec sleep 1000\n");
    String file = writeProcessFile("app.sh", "");
    Map<String, String> home =
        Map.of("JPM_HOME", place.resolve("home").toString(), "HOME", place.toString());
    List<String> nobody =
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all");
    String jpmOf = Jpm.ROOT.resolve("bin/jpm").toString();
    Need.assume(
        jpm.shell(with(nobody, jpmOf, "--version"), home).code() == 0,
        "a checkout that other users can read");
    try {
      Jpm.Result refused = jpm.shell(with(nobody, jpmOf, "start", file), home);
      assertThat(refused.failed().err() + refused.out())
          .contains(
              "only root can apply private_tmp and read_only_paths to an app: start the daemon as"
                  + " root or remove private_tmp and read_only_paths");
      assertThat(place.resolve("ran")).doesNotExist();
    } finally {
      jpm.shell(with(nobody, jpmOf, "kill"), home).ok();
      Eventually.await("that daemon has ended", Jpm.LONG, () -> jpm.liveProcesses().isEmpty());
    }
  }

  private static List<String> with(List<String> first, String... more) {
    return Stream.concat(first.stream(), Stream.of(more)).toList();
  }
}
