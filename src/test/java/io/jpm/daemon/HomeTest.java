package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.testing.FileModes;
import io.jpm.testing.Need;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HomeTest {
  @TempDir Path folder;

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void newHomeIsAccessibleToItsOwnerOnly() throws Exception {
    Home home = Home.prepare(folder.resolve("a/b"));
    assertThat(mode(home.root())).isEqualTo("rwx------");
    assertThat(home.root().resolve("logs")).isDirectory();
  }

  @Test
  void homeThatOthersCanReadIsRestricted() throws Exception {
    Path open = createDirectory("open", "rwxr-xr-x");
    assertThat(mode(Home.prepare(open).root())).isEqualTo("rwx------");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rwxrwx---", "rwx----w-"})
  void homeThatOthersCanWriteToIsRefusedAndNotChanged(String mode) throws Exception {
    Path open = createDirectory("open", mode);
    assertThatThrownBy(() -> Home.prepare(open))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("JPM_HOME " + open)
        .hasMessageContaining("mode " + mode)
        .hasMessageContaining("chmod go-w " + open);
    assertThat(mode(open)).isEqualTo(mode);
    assertThat(open).isEmptyDirectory();
  }

  @Test
  void homeBelowADirectoryThatOthersCanWriteToIsRefused() throws Exception {
    Path shared = createDirectory("shared", "rwxrwxrwx");
    Path home = shared.resolve("home");
    for (boolean there : new boolean[] {false, true}) {
      if (there) {
        Files.createDirectory(
            home,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      assertThatThrownBy(() -> Home.prepare(home))
          .isInstanceOf(StartupException.class)
          .hasMessageContaining(shared + " is writable by other users (mode rwxrwxrwx)")
          .hasMessageContaining("chmod go-w " + shared);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), shared);
    assertThatThrownBy(() -> Home.prepare(link.resolve("home")))
        .as("home behind a symbolic link")
        .isInstanceOf(StartupException.class)
        .hasMessageContaining(shared + " is writable by other users");
    Files.setAttribute(shared, "unix:mode", 01777);
    assertThat(mode(Home.prepare(home).root()))
        .as("mode of a home in a sticky directory")
        .isEqualTo("rwx------");
  }

  @Test
  void homeThatAnotherUserOwnsOrCanReplaceIsRefused() throws Exception {
    Path shared = createDirectory("shared", "rwxr-xr-x");
    Path home = createDirectory("shared/home", "rwx------");
    giveToOtherUser(shared);
    assertThatThrownBy(() -> Home.prepare(home))
        .hasMessageContaining(shared + " belongs to uid 12345")
        .hasMessageContaining("who could replace " + home);
    giveToOtherUser(createDirectory("theirs", "rwx------"));
    assertThatThrownBy(() -> Home.prepare(folder.resolve("theirs")))
        .hasMessageContaining("belongs to uid 12345 (mode rwx------), not to you (uid 0)");
    Path sticky = createDirectory("sticky", "rwxrwxrwx");
    Files.setAttribute(sticky, "unix:mode", 01777);
    Path link =
        Files.createSymbolicLink(sticky.resolve("link"), createDirectory("mine", "rwx------"));
    Files.setAttribute(link, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
    assertThatThrownBy(() -> Home.prepare(link))
        .as("the owner of a link can change its target")
        .hasMessageContaining(link + " belongs to uid 12345");
  }

  /// @throws org.opentest4j.TestAbortedException if this JVM does not run as root, which alone can
  ///   change owners
  private static void giveToOtherUser(Path file) throws IOException {
    Need.assume(Need.ROOT);
    Files.setAttribute(file, "unix:uid", 12345, LinkOption.NOFOLLOW_LINKS);
  }

  private Path createDirectory(String name, String mode) throws IOException {
    Path made = Files.createDirectory(folder.toRealPath().resolve(name));
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString(mode));
    return made;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token",
        "token.new",
        "bridge.port",
        "bridge.sock",
        "jpm.pid",
        "jpm.lock",
        "start.lock",
        "jpm.log",
        "jpm.log.1",
        "jpm.json",
        "state.json",
        "state.json.2",
        "state.json.boot",
        "dump.json",
        "tokens.json",
        "web-sessions.json",
        "audit.log",
        "keeper.pid",
        "keeper.fifo",
        "events/0000000000000001.jsonl",
        "events/numbers",
        "cache/jpm-25.aot",
        "fifo/memory",
      })
  void writableFileOrSymbolicLinkInTheHomeIsRefused(String name) throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Path file = home.resolve(name);
    FileModes.onlyOwnerWrites(Files.createDirectories(file.getParent()));
    Files.createFile(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThatThrownBy(() -> Home.prepare(home))
        .hasMessageContaining(file + " is writable by other users (mode rw-rw-rw-)")
        .hasMessageContaining("chmod go-w " + file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(Home.prepare(home).root()).isEqualTo(home);
    Files.delete(file);
    Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "mine");
    Files.createSymbolicLink(file, elsewhere);
    assertThatThrownBy(() -> Home.prepare(home)).hasMessageContaining(file + " is a symbolic link");
    assertThat(elsewhere).hasContent("mine");
  }

  @Test
  void fileOfAnotherUserOrPipeInTheHomeIsRefused() throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Path list = home.resolve("state.json");
    assertThat(new ProcessBuilder("mkfifo", "-m", "600", list.toString()).start().waitFor())
        .isZero();
    assertThatThrownBy(() -> Home.prepare(home))
        .hasMessageContaining(list + " is not a regular file");
    Files.delete(list);
    Files.writeString(list, "{}");
    Files.setPosixFilePermissions(list, PosixFilePermissions.fromString("rw-------"));
    giveToOtherUser(list);
    assertThatThrownBy(() -> Home.prepare(home))
        .hasMessageContaining(list + " belongs to uid 12345");
  }

  @ParameterizedTest
  @ValueSource(strings = {"events", "fifo", "cache", "hooks", "checks", "times", "logs", "pids"})
  void directoryInTheHomeThatOthersCanWriteToIsRefused(String name) throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Path inside = Files.createDirectories(home.resolve(name));
    Files.setPosixFilePermissions(inside, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Home.prepare(home)).hasMessageContaining("chmod go-w " + inside);
  }

  /// Earlier versions created some files with the permissions of the umask, which is 002 on some
  /// systems.
  @Test
  void groupWritableFilesInARestrictedHomeAreNarrowed() throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Path log = Files.createFile(home.resolve("jpm.log"));
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-rw-r--"));
    Path settings = Files.writeString(home.resolve("jpm.json"), "{}");
    Files.setPosixFilePermissions(settings, PosixFilePermissions.fromString("rw-rw-r--"));
    Path socket = home.resolve("bridge.sock");
    try (var daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      daemon.bind(UnixDomainSocketAddress.of(socket));
    }
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rwxrwxr-x"));
    Path pipes = home.resolve("fifo");
    Files.setPosixFilePermissions(pipes, PosixFilePermissions.fromString("rwxrwxr-x"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThatThrownBy(() -> Home.prepare(home))
        .as("home that others can enter")
        .hasMessageContaining("is writable by other users");
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
    Home.prepare(home);
    assertThat(mode(log)).isEqualTo("rw-r--r--");
    assertThat(mode(socket)).isEqualTo("rwxr-xr-x");
    assertThat(mode(pipes)).isEqualTo("rwxr-xr-x");
    assertThat(mode(settings)).isEqualTo("rw-r--r--");
  }

  /// A daemon must start again whatever its owner or a crashed JVM has left beside its files.
  @Test
  void unrelatedFilesInTheHomeAreIgnored() throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Files.createSymbolicLink(home.resolve(".#jpm.json"), Path.of("me@here.1234:1"));
    for (String name : new String[] {"hs_err_12.log", ".jpm.json.swp", "jpm.json~", "core", "x"}) {
      Path file = Files.createFile(home.resolve(name));
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
    }
    assertThat(Home.prepare(home).root()).isEqualTo(home);
  }

  @Test
  void logDirectoryMayBeALinkToAnotherDisk() throws Exception {
    Path home = Home.prepare(folder.resolve("home")).root();
    Path disk = createDirectory("disk", "rwx------");
    Files.delete(home.resolve("logs"));
    Files.createSymbolicLink(home.resolve("logs"), disk);
    assertThat(Home.prepare(home).root()).isEqualTo(home);
    Files.setPosixFilePermissions(disk, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> Home.prepare(home)).hasMessageContaining("chmod go-w " + disk);
  }

  @Test
  void fileInPlaceOfTheHomeIsReported() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> Home.prepare(file))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(() -> Home.prepare(file.resolve("under")))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("set JPM_HOME");
  }

  @Test
  void everyDaemonHasANewToken() throws Exception {
    Home home = Home.prepare(folder.resolve("home"));
    String token = home.newToken();
    assertThat(token).matches("[0-9a-f]{64}");
    assertThat(Files.readString(home.tokenFile())).isEqualTo(token + "\n");
    assertThat(mode(home.tokenFile())).isEqualTo("rw-------");
    assertThat(home.newToken()).matches("[0-9a-f]{64}").isNotEqualTo(token);
  }

  @Test
  void lockHasOneHolder() throws Exception {
    Path file = folder.resolve("jpm.lock");
    DaemonLock first = DaemonLock.take(file).orElseThrow();
    assertThat(DaemonLock.take(file)).isEmpty();
    first.release();
    DaemonLock.take(file).orElseThrow().release();
  }

  @Test
  void daemonLogIsRotatedAndHasOneLinePerRecord() throws IOException {
    Path file = folder.resolve("jpm.log");
    var log = new DaemonLogHandler(file, 2000, 2);
    IntStream.range(0, 100)
        .mapToObj(n -> {
          var record =
              new java.util.logging.LogRecord(java.util.logging.Level.INFO, "event {0} of {1}");
          record.setLoggerName("jpm.god");
          record.setParameters(new Object[] {Integer.toString(n), "a\nforged line"});
          return record;
        })
        .forEach(log::publish);
    log.close();
    assertThat(Files.size(file)).isLessThanOrEqualTo(2000);
    assertThat(folder.resolve("jpm.log.1")).exists();
    assertThat(folder.resolve("jpm.log.2")).exists();
    assertThat(folder.resolve("jpm.log.3")).doesNotExist();
    assertThat(Files.readAllLines(file))
        .isNotEmpty()
        .allMatch(line -> line.matches("\\S+ INFO +god: event \\d+ of a\\\\nforged line"));
  }
}
