package io.jpm.client;

import static io.jpm.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Installation.Client;
import io.jpm.client.Installation.Result;
import io.jpm.client.Installation.Running;
import io.jpm.testing.FileModes;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `bin/jpm` when no daemon runs: it finds Java, starts exactly one daemon and reports
/// problems. The daemon is a stub in place of `java`, which leaves the port of a [FakeBridge].
@Timeout(120)
class LauncherTest {
  private static final String READY =
      """
      umask 077
      cp "$stub/token" "$stub/jpm.pid" "$stub/bridge.port" "$home"
      # A training waits for the end of its daemon, and must not end this test's process instead.
      case $home in */jpm-train.*) sleep 6 </dev/null >/dev/null 2>&1 & echo $! >"$home/jpm.pid" ;; esac
      echo "READY $(cat "$home/bridge.port")"
      """;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void startsADaemonThatIsMissing(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(3)) {
      java(jpm, bridge, READY);
      assertThat(jpm.run("ls", "-a")).isEqualTo(new Result(3, "", ""));
      assertThat(bridge.argv()).isEqualTo(List.of("ls", "-a"));
      assertThat(launches()).hasSize(1);
      assertThat(launches().getFirst())
          .contains("-cp " + jpm.jar() + " io.jpm.daemon.Main --home " + jpm.home)
          .contains("-Djpm.root=" + jpm.root);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(jpm.home)))
          .isEqualTo("rwx------");
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void startsADaemonIfOnlyAStalePortFileExists(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    FakeBridge dead = FakeBridge.exiting(1).in(jpm.home);
    dead.close();
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, READY);
      assertThat(jpm.run("ls")).isEqualTo(new Result(0, "", ""));
      assertThat(launches()).hasSize(1);
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void invalidPortFileMeansThatNoDaemonRuns(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    FileModes.onlyOwnerWrites(Files.createDirectories(jpm.home));
    for (String garbage : List.of("", "\n", "none\n", "0\n", "99999999999\n", "80/../x\n")) {
      try (FakeBridge bridge = FakeBridge.exiting(0)) {
        Files.writeString(jpm.home.resolve("bridge.port"), garbage);
        FileModes.onlyOwnerWrites(jpm.home);
        java(jpm, bridge, READY);
        assertThat(jpm.run("ls")).isEqualTo(new Result(0, "", ""));
      }
    }
  }

  @Test
  void concurrentClientsStartOneDaemon() throws Exception {
    int clientsAtOnce = TestGroup.choose(5, 20);
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, "sleep 0.3\n" + READY);
      List<Running> clients = new ArrayList<>();
      for (int i = 0; i < clientsAtOnce; i++) {
        clients.add(jpm.start("ls"));
      }
      for (Running running : clients) {
        assertThat(jpm.end(running)).isEqualTo(new Result(0, "", ""));
      }
      assertThat(launches()).hasSize(1);
      assertThat(bridge.requests()).hasSize(clientsAtOnce);
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource
  void killWithoutArgumentsDoesNotStartADaemon(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, READY);
      assertThat(jpm.run("kill")).isEqualTo(new Result(0, "", "jpm: no daemon is running\n"));
      assertThat(launches()).isEmpty();
      assertThat(jpm.home).doesNotExist();
      assertThat(jpm.run("kill", "app").code()).isZero();
      assertThat(launches()).hasSize(1);
    }
  }

  @Test
  void reportsWhyTheDaemonDidNotStart() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, "echo noise; echo 'FAILED the home belongs to bob'; exit 1");
      assertThat(jpm.run("ls"))
          .isEqualTo(new Result(1, "", "jpm: the daemon did not start: the home belongs to bob\n"));
    }
  }

  @Test
  void showsTheEndOfTheLogIfTheDaemonDiesDuringItsStart() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, "for i in 1 2 3 4 5 6 7; do echo \"line $i\" >&2; done");
      assertThat(jpm.run("ls"))
          .isEqualTo(
              new Result(
                  1,
                  "",
                  "jpm: the daemon died while it started; the end of %s:\nline 3\nline 4\nline 5\nline 6\nline 7\n"
                      .formatted(jpm.home.resolve("jpm.log"))));
    }
  }

  @Test
  void daemonInheritsNothingFromTheSessionOfTheCaller() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    jpm.env.put("JPM_TAG", "deploy");
    jpm.env.put("JPM_TIMEOUT", "9");
    jpm.env.put("JPM_JAVA_OPTS", "-Da=1  -Db=2");
    jpm.env.put("NODE_CHANNEL_FD", "3");
    jpm.env.put("JAVA_TOOL_OPTIONS", "-Dagent");
    jpm.env.put("LC_ALL", "POSIX");
    jpm.env.put("KEPT", "yes");
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(
          jpm,
          bridge,
          """
          env >"$stub/env"
          pwd >"$stub/cwd"
          ls /proc/$$/fd >"$stub/descriptors"
          readlink /proc/$$/fd/0 >"$stub/stdin"
          read -r pid _ _ _ _ session _ </proc/$$/stat && echo "$pid $session" >"$stub/session"
          """
              + READY);
      Result result = jpm.shell("exec 5>%s; jpm ls".formatted(directory.resolve("scratch/held")));
      assertThat(result).isEqualTo(new Result(0, "", ""));
      assertThat(stubFile("env"))
          .contains("JPM_HOME=" + jpm.home, "KEPT=yes", "LC_ALL=C.UTF-8")
          .doesNotContain("JPM_TAG", "JPM_TIMEOUT", "JPM_JAVA", "NODE_CHANNEL", "JAVA_TOOL");
      assertThat(stubFile("cwd")).isEqualTo("/\n");
      assertThat(stubFile("stdin")).isEqualTo("/dev/null\n");
      // 255 or 10 is the script of the stub, opened by its shell
      assertThat(stubFile("descriptors").lines().filter(fd -> Integer.parseInt(fd) < 10))
          .containsExactly("0", "1", "2");
      assertThat(stubFile("session")).as("leads its own session").matches("(\\d+) \\1\n");
      assertThat(launches().getFirst()).contains(" -Da=1 -Db=2 ");
    }
  }

  @Test
  void scriptWorksThroughLinksAndByARelativeName() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Path links = Files.createDirectories(directory.resolve("links"));
    Files.createSymbolicLink(links.resolve("first"), jpm.script());
    Files.createSymbolicLink(links.resolve("second"), Path.of("first"));
    for (String line :
        List.of(
            "exec %s ls".formatted(links.resolve("second")),
            "cd %s && exec ./second ls".formatted(links),
            "PATH=%s:$PATH exec first ls".formatted(links),
            "cd '%s' && exec bash jpm ls".formatted(jpm.script().getParent()))) {
      try (FakeBridge bridge = FakeBridge.exiting(0)) {
        java(jpm, bridge, READY);
        Files.deleteIfExists(directory.resolve("stub/launches"));
        Files.deleteIfExists(jpm.home.resolve("bridge.port"));
        assertThat(jpm.shell(line)).isEqualTo(new Result(0, "", ""));
        assertThat(launches().getFirst()).contains("-cp " + jpm.jar());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void namesTheJavaToInstall(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    jpm.env.put("JPM_JAVA", "/nowhere/java");
    Result result = jpm.run("ls");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err())
        .startsWith("jpm: JPM_JAVA=/nowhere/java is not a Java 25 or newer: install one (Debian:")
        .contains("openjdk-25-jre-headless");
  }

  @Test
  void javaWithoutAReleaseFileIsAskedForItsVersion() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    for (String version : List.of("1.8.0_402", "17.0.9", "24")) {
      Path old =
          Installation.program(
              directory.resolve("old/java"),
              "#!/bin/sh\necho 'openjdk version \"%s\"' >&2\n".formatted(version));
      jpm.env.put("JPM_JAVA", old.toString());
      assertThat(jpm.run("ls").err()).contains("is not a Java 25 or newer");
    }
    for (String version : List.of("25", "25.0.3", "26-ea", "26")) {
      Path recent =
          Installation.program(
              directory.resolve("recent/java"),
              "#!/bin/sh\n[ \"$1\" = -version ] && echo 'openjdk version \"%s\" 2026-01-01' >&2 || echo FAILED found\n"
                  .formatted(version));
      jpm.env.put("JPM_JAVA", recent.toString());
      assertThat(jpm.run("ls").err()).isEqualTo("jpm: the daemon did not start: found\n");
    }
  }

  @Test
  void oldJavaInJavaHomeIsSkipped() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    jpm.env.remove("JPM_JAVA");
    Installation.program(directory.resolve("jdk17/bin/java"), "#!/bin/sh\necho FAILED old\n");
    Files.writeString(directory.resolve("jdk17/release"), "JAVA_VERSION=\"17.0.9\"\n");
    Installation.program(directory.resolve("jdk25/bin/java"), "#!/bin/sh\necho FAILED new\n");
    Files.writeString(directory.resolve("jdk25/release"), "X=\"1\"\nJAVA_VERSION=\"25.0.3\"\n");
    jpm.env.put("JAVA_HOME", directory.resolve("jdk17").toString());
    jpm.env.put("PATH", directory.resolve("jdk25/bin") + ":" + jpm.env.get("PATH"));
    assertThat(jpm.run("ls").err()).isEqualTo("jpm: the daemon did not start: new\n");
  }

  @Test
  void incompleteInstallationIsReported() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH);
    assertThat(jpm.run("ls"))
        .isEqualTo(
            new Result(
                1,
                "",
                "jpm: there is no %s: the installation is not complete\n".formatted(jpm.jar())));
  }

  @Test
  void concurrentFirstCommandsBuildACloneOnce() throws Exception {
    Installation jpm =
        clone(
            """
            echo build >>"$root/builds"
            sleep 0.2
            mkdir -p "$root/target/dist/lib" && : >"$root/target/dist/lib/jpm.jar"
            """);
    Installation other = new Installation(directory.resolve("other user"), Client.BASH);
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, READY);
      Running first = jpm.start("ls");
      String line =
          "JPM_JAVA=%s JPM_HOME='%s' exec '%s' ls"
              .formatted(jpm.env.get("JPM_JAVA"), other.home, jpm.script());
      Result second = jpm.shell(line);
      Result result = jpm.end(first);
      assertThat(result.code() + second.code()).isZero();
      assertThat(result.err() + second.err())
          .isEqualTo("jpm: first run from a clone: building (about a minute)…\n");
      assertThat(Files.readAllLines(jpm.root.resolve("builds"))).hasSize(1);
      assertThat(launches())
          .hasSize(2)
          .allMatch(
              launch -> launch.contains("-cp " + jpm.root.resolve("target/dist/lib/jpm.jar")));
    }
  }

  @Test
  void showsWhyTheBuildFailed() throws Exception {
    Installation jpm = clone("echo '[ERROR] no such symbol'; exit 1");
    Result result = jpm.run("ls");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.err()).contains("jpm: the build failed").endsWith("[ERROR] no such symbol\n");
  }

  @Test
  @Tag("slow")
  void trainsOnceCleansUpAndUsesTheCache() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Files.setLastModifiedTime(jpm.jar(), FileTime.from(Instant.now().minusSeconds(60)));
    jpm.env.put("JPM_INTERNAL", "train");
    jpm.env.remove("JPM_AOT");
    Path cache = jpm.jar().resolveSibling("jpm-25.0.1.aot");
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(
          jpm,
          bridge,
          """
          for option; do
            case $option in -XX:AOTCacheOutput=*) echo cache >"${option#*=}" ;; esac
          done
          """
              + READY);
      assertThat(jpm.run()).isEqualTo(new Result(0, "", ""));
      assertThat(cache).hasContent("cache");
      assertThat(directory.resolve("tmp")).isEmptyDirectory();
      assertThat(
              bridge.requests().stream()
                  .map(request ->
                      String.valueOf(request.get("argv")).replaceAll("(?s)\\W*(\\w+).*", "$1")))
          .contains("ping", "ls", "jlist", "start", "delete")
          .endsWith("kill");
      assertThat(jpm.run()).isEqualTo(new Result(0, "", ""));
      assertThat(launches()).hasSize(1);

      jpm.env.remove("JPM_INTERNAL");
      jpm.run("ls");
      assertThat(launches().getLast()).contains("-XX:AOTCache=" + cache);
      Files.setLastModifiedTime(jpm.jar(), FileTime.from(Instant.now().minusSeconds(3600)));
      jpm.env.put("JPM_AOT", "off");
      Files.delete(jpm.home.resolve("bridge.port"));
      jpm.run("ls");
      assertThat(launches().getLast()).as("cache of another jar").doesNotContain("-XX:AOTCache=");
      Files.setLastModifiedTime(jpm.jar(), Files.getLastModifiedTime(cache));
      jpm.env.put("JPM_AOT", "ignore");
      Files.delete(jpm.home.resolve("bridge.port"));
      jpm.run("ls");
      assertThat(launches()).hasSize(4);
      assertThat(launches().getLast()).doesNotContain("-XX:AOTCache=");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-Xmn8m"})
  void daemonStartsWithoutACacheThatCrashesTheJvm(String options) throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Path cache = Files.writeString(jpm.jar().resolveSibling("jpm-25.0.1.aot"), "damaged");
    Files.setLastModifiedTime(cache, Files.getLastModifiedTime(jpm.jar()));
    jpm.env.put("JPM_AOT", "off"); // create none
    jpm.env.put("JPM_JAVA_OPTS", options);
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, "case \"$*\" in *-XX:AOTCache=*) exit 134 ;; esac\n" + READY);
      assertThat(jpm.run("ls")).isEqualTo(new Result(0, "", ""));
      assertThat(launches()).hasSize(2);
      assertThat(launches().getLast()).doesNotContain("AOTCache");
      // A cache that is incompatible with the options of this start can be usable for others.
      assertThat(Files.exists(cache)).isEqualTo(!options.isEmpty());
    }
  }

  @Test
  @Tag("slow")
  void trainsInTheBackgroundAfterAStartButNotAgainAfterAFailure() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Files.setLastModifiedTime(jpm.jar(), FileTime.from(Instant.now().minusSeconds(60)));
    jpm.env.remove("JPM_AOT");
    Path failed = jpm.jar().resolveSibling("jpm-25.0.1.aot.failed");
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      java(jpm, bridge, READY);
      assertThat(jpm.run("ls")).isEqualTo(new Result(0, "", ""));
      await("the failed training", Duration.ofSeconds(30), () -> Files.exists(failed));
      await(
          "the end of the training",
          Duration.ofSeconds(30),
          () -> isEmpty(directory.resolve("tmp")));
      assertThat(launches()).hasSize(2);
      Files.delete(jpm.home.resolve("bridge.port"));
      assertThat(jpm.run("ls")).isEqualTo(new Result(0, "", ""));
      assertThat(launches()).hasSize(3);
    }
  }

  /// Installs a stub of JDK 25.0.1, whose `java` runs the shell text `daemon` in place of the
  /// daemon, or the real Java client.
  private void java(Installation jpm, FakeBridge bridge, String daemon) throws IOException {
    Path stub = Files.createDirectories(directory.resolve("stub"));
    Files.writeString(stub.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    Files.writeString(stub.resolve("token"), FakeBridge.TOKEN + "\n");
    Files.writeString(stub.resolve("bridge.port"), bridge.port() + "\n");
    Files.writeString(stub.resolve("jpm.pid"), ProcessHandle.current().pid() + "\n");
    Installation.program(
        stub.resolve("bin/java"),
        """
        #!/bin/bash
        stub='%s'
        case " $* " in *" io.jpm.client.ClientMain "*) exec '%s/bin/java' "$@" ;; esac
        echo "$*" >>"$stub/launches"
        home=${!#}
        %s
        """
            .formatted(stub, System.getProperty("java.home"), daemon));
    jpm.env.put("JPM_JAVA", stub.toString());
  }

  /// Returns a checkout that has not been built, with a `mvn` that runs the shell text `maven`.
  private Installation clone(String maven) throws IOException {
    Installation jpm = new Installation(directory, Client.BASH);
    Files.writeString(jpm.root.resolve("pom.xml"), "<project/>");
    Path mvn =
        Installation.program(
            directory.resolve("maven/mvn"),
            "#!/bin/bash\nroot='%s'\n%s".formatted(jpm.root, maven));
    jpm.env.put("PATH", mvn.getParent() + ":" + jpm.env.get("PATH"));
    return jpm;
  }

  private List<String> launches() throws IOException {
    Path file = directory.resolve("stub/launches");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private String stubFile(String name) throws IOException {
    return Files.readString(directory.resolve("stub").resolve(name));
  }

  private static boolean isEmpty(Path directory) {
    String[] names = directory.toFile().list();
    return names != null && names.length == 0;
  }
}
