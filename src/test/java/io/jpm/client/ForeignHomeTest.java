package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Installation.Client;
import io.jpm.client.Installation.Result;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests that `bin/jpm` neither reads nor writes what another user puts into a home or around it:
/// it sends the caller's environment to no other process and damages no file of the caller.
@Timeout(120)
class ForeignHomeTest {
  @TempDir Path directory;

  private static void mode(Path file, int mode) throws IOException {
    Files.setAttribute(file, "unix:mode", mode);
  }

  /// Makes another user the owner of the file.
  private static void giveToAnotherUser(Path file) throws IOException {
    Need.assume(Need.ROOT);
    Files.setAttribute(file, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
  }

  private static void assertRefused(Result result, String... words) {
    assertThat(result.code()).as(result.err()).isEqualTo(1);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("jpm: ")
        .contains(words)
        .doesNotContain("xception")
        .hasLineCount(1);
  }

  /// Returns an installation with a home that names a listener, which waits for a token and an
  /// environment.
  private Installation withListeningHome(FakeBridge bridge, Client client) throws IOException {
    Installation jpm = new Installation(directory, client).withJar();
    bridge.in(jpm.home);
    mode(jpm.home, 0700);
    return jpm;
  }

  @ParameterizedTest
  @EnumSource
  void aHomeOfAnotherUserIsNotRead(Client client) throws Exception {
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      Installation jpm = withListeningHome(bridge, client);
      giveToAnotherUser(jpm.home);
      assertRefused(jpm.run("ls"), "JPM_HOME " + jpm.home + " belongs to uid 12345", "(uid 0)");
      assertThat(bridge.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge.port", "jpm.pid", "token"})
  void aFileOfAnotherUserIsNotRead(String name) throws Exception {
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      Installation jpm = withListeningHome(bridge, Client.BASH);
      giveToAnotherUser(jpm.home.resolve(name));
      assertRefused(jpm.run("ls"), jpm.home.resolve(name) + " belongs to uid 12345");
      assertThat(bridge.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bridge.port", "jpm.pid", "token"})
  void aLinkIsNotFollowed(String name) throws Exception {
    for (Client client : Client.values()) {
      try (FakeBridge bridge = FakeBridge.exiting(0)) {
        Installation jpm = withListeningHome(bridge, client);
        Path file = jpm.home.resolve(name);
        Path elsewhere = directory.resolve("elsewhere");
        Files.deleteIfExists(elsewhere);
        Files.move(file, elsewhere);
        Files.createSymbolicLink(file, elsewhere);
        assertRefused(jpm.run("ls"), file + " is a symbolic link");
        assertThat(bridge.requests()).isEmpty();
        Files.delete(file);
      }
    }
  }

  @Test
  void pipeInsteadOfAFileIsRefusedWithoutWaiting() throws Exception {
    try (FakeBridge bridge = FakeBridge.exiting(0)) {
      Installation jpm = withListeningHome(bridge, Client.BASH);
      Path file = jpm.home.resolve("bridge.port");
      Files.delete(file);
      assertThat(new ProcessBuilder("mkfifo", "-m", "600", file.toString()).start().waitFor())
          .isZero();
      assertRefused(jpm.run("ls"), file + " is not a regular file");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHomeThatOthersCanWriteToIsRefusedBeforeAnythingIsWritten(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    Files.createDirectories(jpm.home);
    for (int mode : List.of(0777, 0770, 01777)) {
      mode(jpm.home, mode);
      for (List<String> words :
          List.of(List.of("ls"), List.of("kill"), List.of("daemon"), List.of("update"))) {
        assertRefused(
            jpm.run(words.toArray(String[]::new)),
            "JPM_HOME " + jpm.home + " is writable by other users (mode rwxrwx",
            "run: chmod go-w ");
      }
      assertThat(jpm.home).isEmptyDirectory();
    }
    assertThat(Files.getAttribute(jpm.home, "unix:mode")).isEqualTo(0041777);
  }

  /// The daemon restricts the mode later.
  @Test
  void wideFileModesInAPrivateHomeDoNotPreventAStart() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    installStubJava(jpm);
    Files.createDirectories(jpm.home);
    try (var daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(jpm.home.resolve("bridge.sock")));
    }
    mode(jpm.home.resolve("bridge.sock"), 0775);
    mode(Files.createFile(jpm.home.resolve("jpm.log")), 0664);
    mode(jpm.home, 0711);
    assertRefused(jpm.run("ls"), "bridge.sock is writable by other users (mode rwxrwxr-x)");
    mode(jpm.home, 0700);
    assertThat(jpm.run("ls").err()).isEqualTo("jpm: the daemon did not start: enough\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"start.lock", "jpm.log", "jpm.lock", "state.json", "token", "keeper.pid", "fifo"})
  void filesThatOthersCanWriteToAndLinksPreventAStart(String name) throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Files.createDirectories(jpm.home);
    mode(jpm.home, 0700);
    Path victim = Files.writeString(directory.resolve("victim"), "mine\n");
    Path file = jpm.home.resolve(name);
    Files.createSymbolicLink(file, victim);
    assertRefused(jpm.run("ls"), file + " is a symbolic link");
    assertThat(victim).hasContent("mine\n");
    Files.delete(file);
    Files.writeString(file, "");
    mode(file, 0666);
    assertRefused(
        jpm.run("ls"), file + " is writable by other users (mode rw-rw-rw-)", "chmod go-w ");
    Files.delete(file);
    Path hanging = Files.createSymbolicLink(file, directory.resolve("nowhere"));
    assertRefused(jpm.run("ls"), hanging + " is a symbolic link");
    assertThat(directory.resolve("nowhere")).doesNotExist();
  }

  @ParameterizedTest
  @EnumSource
  void aHomeBelowADirectoryOfOthersIsRefused(Client client) throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    Path shared = Files.createDirectory(directory.toRealPath().resolve("shared"));
    mode(shared, 0777);
    jpm.env.put("JPM_HOME", shared.resolve("a home").toString());
    assertRefused(
        jpm.run("ls"),
        shared + " is writable by other users (mode rwxrwxrwx)",
        "run chmod go-w " + shared);
    Path link = Files.createSymbolicLink(directory.toRealPath().resolve("link"), shared);
    jpm.env.put("JPM_HOME", link.resolve("a home").toString());
    assertRefused(jpm.run("ls"), shared + " is writable by other users");
    assertThat(shared).isEmptyDirectory();
    mode(shared, 0755);
    giveToAnotherUser(shared);
    assertRefused(jpm.run("ls"), shared + " belongs to uid 12345");
    mode(shared, 01777);
    Files.setAttribute(shared, "unix:uid", 0);
    Path theirs = Files.createSymbolicLink(shared.resolve("theirs"), directory);
    giveToAnotherUser(theirs);
    jpm.env.put("JPM_HOME", theirs.resolve("a home").toString());
    assertRefused(jpm.run("ls"), theirs + " belongs to uid 12345");
    Path directoryOfTheirs = Files.createDirectory(shared.resolve("directory of theirs"));
    giveToAnotherUser(directoryOfTheirs);
    jpm.env.put("JPM_HOME", directoryOfTheirs.resolve("a home").toString());
    assertRefused(jpm.run("ls"), directoryOfTheirs + " belongs to uid 12345");
    Path groups = Files.createDirectory(shared.resolve("a group's"));
    mode(groups, 0775);
    jpm.env.put("JPM_HOME", groups.resolve("a home").toString());
    assertRefused(jpm.run("ls"), groups + " is writable by other users (mode rwxrwxr-x)");
    mode(groups, 0755);
    Files.createDirectory(groups.resolve("a home"));
    mode(groups.resolve("a home"), 0757);
    assertRefused(jpm.run("ls"), "a home is writable by other users (mode rwxr-xrwx)");
  }

  /// Kubernetes mounts volumes that are open to all, but in the container there is only its user.
  @Test
  @Needs(Need.ROOT)
  void onlyUserOfAContainerCanUseAVolumeThatIsOpenToAll() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Installation.program(directory.resolve("stub/bin/java"), "#!/bin/bash\necho FAILED enough\n");
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
    mode(directory, 0755);
    mode(directory.resolve("stub/bin/java"), 0755);
    Path volume = Files.createDirectory(directory.toRealPath().resolve("volume"));
    mode(volume, 0777);
    jpm.env.put("JPM_HOME", volume.resolve("home").toString());
    String user = "setpriv --reuid 12345 --regid 12345 --clear-groups bash '%s' ls";
    assertRefused(
        jpm.shell("exec " + user.formatted(jpm.script())), volume + " is writable by other users");
    Result alone =
        jpm.shell("exec unshare --pid --fork --mount-proc " + user.formatted(jpm.script()));
    Need.assume(!alone.err().contains("unshare:"), "the right to make namespaces");
    assertThat(alone.err()).isEqualTo("jpm: the daemon did not start: enough\n");
    mode(volume.resolve("home"), 0777);
    assertRefused(
        jpm.shell("exec unshare --pid --fork --mount-proc " + user.formatted(jpm.script())),
        "JPM_HOME " + volume.resolve("home") + " is writable by other users");
  }

  /// Users may want apps to create files that are open to the group. The files of jpm are for the
  /// owner alone.
  @Test
  void filesOfTheScriptArePrivateAndTheDaemonKeepsTheUmask() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Installation.program(
        directory.resolve("stub/bin/java"),
        "#!/bin/bash\numask >'%s'\necho FAILED enough\n".formatted(directory.resolve("umask")));
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
    Result result = jpm.shell("umask 0; jpm ls");
    assertThat(result.err()).isEqualTo("jpm: the daemon did not start: enough\n");
    assertThat(directory.resolve("umask")).hasContent("0000");
    for (String name : List.of("start.lock", "jpm.log")) {
      assertThat(
              PosixFilePermissions.toString(Files.getPosixFilePermissions(jpm.home.resolve(name))))
          .as(name)
          .isEqualTo("rw-------");
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"it's", "a b", "$(touch %s)", "`touch %s`", "';touch %s;'", "\"\n*"})
  void nameOfATemporaryDirectoryIsNotInterpreted(String name) throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Path made = directory.resolve("made");
    Path temporary =
        Files.createDirectories(
            directory.resolve("temporary").resolve(name.formatted(made.getFileName())));
    Installation.program(directory.resolve("stub/bin/java"), "#!/bin/bash\necho FAILED enough\n");
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
    jpm.env.put("JPM_INTERNAL", "train");
    jpm.env.put("TMPDIR", temporary.toString());
    jpm.env.remove("JPM_AOT");
    Result result = jpm.shell("cd '%s' && jpm".formatted(directory));
    assertThat(result.err()).isEqualTo("jpm: no AOT cache was made\n");
    assertThat(temporary).as("cleaned up").isEmptyDirectory();
    assertThat(made).doesNotExist();
  }

  @ParameterizedTest
  @Representatives({1, 2})
  @ValueSource(strings = {"it's", "a \" b", "$(touch made)", "`touch made`", "*", "%n", "\\"})
  void nameOfAHomeIsNotInterpreted(String name) throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    jpm.env.put("JPM_HOME", directory.resolve(name).toString());
    Installation.program(
        directory.resolve("stub/bin/java"),
        "#!/bin/bash\nprintf '%%s\\n' \"$@\" >'%s'\necho FAILED enough\n"
            .formatted(directory.resolve("words")));
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
    Result result = jpm.shell("cd '%s' && jpm ls".formatted(directory));
    assertThat(result.err()).isEqualTo("jpm: the daemon did not start: enough\n");
    assertThat(Files.readAllLines(directory.resolve("words")))
        .contains("--home", directory.resolve(name).toString())
        .contains("-XX:ErrorFile=" + directory.resolve(name).resolve("hs_err_%p.log"));
    assertThat(directory.resolve("made")).doesNotExist();
    mode(directory.resolve(name), 0777);
    assertRefused(jpm.run("ls"), "is writable by other users");
  }

  @Test
  void aHomeWithAControlCharacterIsRefused() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    jpm.env.put("JPM_HOME", directory.resolve("a\n:").toString());
    for (String verb : List.of("ls", "kill")) {
      assertRefused(jpm.run(verb), "control character", "/a?:");
    }
  }

  /// Starts a program as root, which then changes to another user.
  private static Process startForeignProcess(String python, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", python));
    command.addAll(List.of(words));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /// Installs a `java` that starts no daemon, but can run the real Java client.
  private void installStubJava(Installation jpm) throws IOException {
    Installation.program(
        directory.resolve("stub/bin/java"),
        """
        #!/bin/bash
        case " $* " in *" io.jpm.client.ClientMain "*) exec '%s/bin/java' "$@" ;; esac
        echo FAILED enough
        """
            .formatted(System.getProperty("java.home")));
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
  }

  @ParameterizedTest
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  @EnumSource
  void foreignProcessOnThePortOfADeadDaemonReceivesNothing(Client client) throws Exception {
    // By now, the pid belongs to another program of this user; a zombie looks the same.
    assertForeignProcessReceivesNothing(client, _ -> ProcessHandle.current());
  }

  /// Another user can start a set-uid program, such as sudo, whose process then belongs to root.
  @ParameterizedTest
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  @EnumSource
  void foreignProcessReceivesNothingIfThePidIsThatOfASetUidProgram(Client client) throws Exception {
    Path program = Files.copy(Path.of("/usr/bin/tail"), directory.resolve("tail"));
    mode(program, 04755);
    List<Process> started = new ArrayList<>();
    try {
      assertForeignProcessReceivesNothing(
          client,
          home -> {
            started.add(
                new ProcessBuilder(
                        program.toString(),
                        "-F",
                        "--",
                        "io.jpm.daemon.Main",
                        "--home",
                        home.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
            return started.getFirst().toHandle();
          });
    } finally {
      for (Process process : started) {
        process.destroyForcibly().waitFor();
      }
    }
  }

  private interface ProcessMaker {
    ProcessHandle start(Path home) throws IOException;
  }

  /// Runs a command while a process of another user listens on the port of the home.
  ///
  /// @param recorded starts the process whose pid is in the home
  private void assertForeignProcessReceivesNothing(Client client, ProcessMaker recorded)
      throws Exception {
    Installation jpm = new Installation(directory, client).withJar();
    installStubJava(jpm);
    Path heard = Files.createFile(directory.resolve("heard"));
    Process stranger =
        startForeignProcess(
            """
            import os, socket, sys
            out = open(sys.argv[1], 'wb', 0)
            os.setuid(12345)
            s = socket.create_server(('127.0.0.1', 0))
            print(s.getsockname()[1], flush=True)
            while True:
                c, _ = s.accept()
                out.write(c.recv(65536))
                c.close()
            """,
            heard.toString());
    try (var said = stranger.inputReader()) {
      Files.createDirectory(jpm.home);
      mode(jpm.home, 0700);
      Files.writeString(jpm.home.resolve("token"), FakeBridge.TOKEN + "\n");
      Files.writeString(jpm.home.resolve("bridge.port"), said.readLine() + "\n");
      Files.writeString(jpm.home.resolve("jpm.pid"), recorded.start(jpm.home).pid() + "\n");
      jpm.env.put("JPM_TIMEOUT", "3");
      assertThat(jpm.run("ls").err()).isEqualTo("jpm: the daemon did not start: enough\n");
      assertThat(heard).isEmptyFile();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  void lockOfAnotherUserDoesNotPreventAStart() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    installStubJava(jpm);
    Files.createDirectory(jpm.home);
    mode(jpm.home, 0700);
    Path lock = Files.createFile(jpm.home.resolve("jpm.lock"));
    mode(lock, 0600);
    // In /proc/locks, this looks like a file with the same number on another disk.
    Process stranger =
        startForeignProcess(
            """
            import fcntl, os, sys
            f = open(sys.argv[1], 'w')
            os.setuid(12345)
            fcntl.lockf(f, fcntl.LOCK_EX)
            print('locked', flush=True)
            sys.stdin.read()
            """,
            lock.toString(),
            "io.jpm.daemon.Main",
            "--home",
            jpm.home.toString());
    try {
      assertThat(stranger.inputReader().readLine()).isEqualTo("locked");
      jpm.env.put("JPM_TIMEOUT", "3");
      assertThat(jpm.run("ls").err()).isEqualTo("jpm: the daemon did not start: enough\n");
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void cacheIsNotTakenFromADirectoryOfAnotherUser() throws Exception {
    Installation jpm = new Installation(directory, Client.BASH).withJar();
    Path temporary = Files.createDirectory(directory.resolve("theirs"));
    giveToAnotherUser(temporary);
    // That user replaces the output of the training while it runs.
    Installation.program(
        directory.resolve("stub/bin/java"),
        "#!/bin/bash\nfor place in '%s'/*; do echo evil >\"$place/new.aot\"; done\necho FAILED enough\n"
            .formatted(temporary));
    Files.writeString(directory.resolve("stub/release"), "JAVA_VERSION=\"25.0.1\"\n");
    jpm.env.put("JPM_JAVA", directory.resolve("stub").toString());
    jpm.env.put("JPM_INTERNAL", "train");
    jpm.env.put("TMPDIR", temporary.toString());
    jpm.env.remove("JPM_AOT");
    assertRefused(
        jpm.run(), temporary + " belongs to uid 12345", "set TMPDIR to another directory");
    assertThat(jpm.jar().resolveSibling("jpm-25.0.1.aot")).doesNotExist();
    assertThat(temporary).as("cleaned up").isEmptyDirectory();
  }
}
