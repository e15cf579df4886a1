package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {
  @TempDir Path folder;

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aHomeIsMadeForItsOwnerOnly() throws Exception {
    Home home = Home.prepare(folder.resolve("a/b"));
    assertThat(mode(home.root())).isEqualTo("rwx------");
    assertThat(home.root().resolve("logs")).isDirectory();
  }

  @Test
  void aHomeThatOthersCouldReachIsClosed() throws Exception {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(mode(Home.prepare(open).root())).isEqualTo("rwx------");
  }

  @Test
  void aFileInItsPlaceIsSaid() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> Home.prepare(file))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("is not a directory");
    assertThatThrownBy(() -> Home.prepare(file.resolve("under")))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("set JPM_HOME");
  }

  @Test
  void everyDaemonHasATokenOfItsOwn() throws Exception {
    Home home = Home.prepare(folder.resolve("home"));
    String token = home.newToken();
    assertThat(token).matches("[0-9a-f]{64}");
    assertThat(Files.readString(home.tokenFile())).isEqualTo(token + "\n");
    assertThat(mode(home.tokenFile())).isEqualTo("rw-------");
    assertThat(home.newToken()).matches("[0-9a-f]{64}").isNotEqualTo(token);
  }

  @Test
  void theLockHasOneHolder() throws Exception {
    Path file = folder.resolve("jpm.lock");
    DaemonLock first = DaemonLock.take(file).orElseThrow();
    assertThat(DaemonLock.take(file)).isEmpty();
    first.release();
    DaemonLock.take(file).orElseThrow().release();
  }

  @Test
  void theDaemonLogIsRotatedAndKeepsOneLineAnEvent() throws IOException {
    Path file = folder.resolve("jpm.log");
    var log = new DaemonLog(file, 2000, 2);
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
