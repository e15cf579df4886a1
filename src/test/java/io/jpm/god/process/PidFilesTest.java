package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Pid files of an app that runs as another user, which only root can set up.
@Timeout(60)
@Needs(Need.ROOT)
class PidFilesTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final RunAs NOBODY =
      new RunAs(Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

  @TempDir Path dir;
  private final LinuxProcessHost host = new LinuxProcessHost();
  private final Vertx vertx = Vertx.vertx();
  private Path open;
  private Path closed;
  private PidFiles files;

  @BeforeEach
  void make() throws IOException {
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    open = Files.createDirectory(dir.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    closed = Files.createDirectory(dir.resolve("closed"));
    Files.createSymbolicLink(open.resolve("link"), closed);
    files = new PidFiles(vertx, host, dir.resolve("home"));
  }

  @AfterEach
  void end() {
    vertx.close().await();
    host.close();
  }

  @Test
  void pidFilesAreWrittenAndRemovedWithTheRightsOfTheUser() throws IOException {
    Path precious = Files.writeString(closed.resolve("web.pid"), "text");
    files.write(open.resolve("link/other.pid"), NOBODY, 1);
    files.remove(open.resolve("link/web.pid"), NOBODY);
    Path own = open.resolve("run/web.pid");
    files.write(own, NOBODY, 2);
    Eventually.await("the pid file is written", SOON, () -> Files.exists(own));
    assertThat(own).hasContent("2");
    assertThat(Files.getOwner(own).getName()).isEqualTo("nobody");
    assertThat(precious).hasContent("text");
    assertThat(closed.resolve("other.pid")).doesNotExist();
    files.remove(own, NOBODY);
    Eventually.await("the pid file is removed", SOON, () -> Files.notExists(own));
  }

  @Test
  void pidFileInTheHomeBelongsToTheDaemon() throws IOException {
    Path file = dir.resolve("home/pids/web-0.pid");
    files.write(file, NOBODY, 3);
    Eventually.await("the pid file is written", SOON, () -> Files.exists(file));
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0);
  }
}
