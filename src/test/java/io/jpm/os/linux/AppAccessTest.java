package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.RunAs;
import io.jpm.os.AppAccess;
import io.jpm.os.CommandRunner;
import io.jpm.os.linux.credentials.LinuxAppAccess;
import io.jpm.os.linux.credentials.RootPath;
import io.jpm.os.linux.credentials.UserDatabase;
import io.jpm.os.linux.libc.Libc;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files read and programs run on behalf of an app of another user.
@Timeout(60)
@Needs(Need.ROOT)
class AppAccessTest {
  private static final int NOBODY = 65534;
  private static final Path SECRET = Path.of("/etc/shadow");
  private static final RunAs USER =
      new RunAs(
          Optional.of(Integer.toString(NOBODY)),
          Optional.empty(),
          OptionalInt.empty(),
          OptionalInt.empty());

  private final AppAccess access = new LinuxAppAccess();

  @TempDir Path dir;

  @BeforeEach
  void createUserDirectory() throws IOException {
    Files.setAttribute(dir, "unix:uid", NOBODY);
    Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Path file(String name, String permissions) throws IOException {
    Path file = Files.writeString(dir.resolve(name), "content");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void linkOfTheUserGivesNoAccessToUnreadableFiles() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("link"), SECRET);
    Path folder = Files.createSymbolicLink(dir.resolve("folder"), Path.of("/etc"));

    for (Path file : List.of(link, folder.resolve("shadow"))) {
      assertThatThrownBy(() -> access.read(file, 1 << 20, USER))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot be read: permission denied for user nobody");
      assertThat(access.read(file, 1 << 20, RunAs.DAEMON)).isNotEmpty();
    }
  }

  @Test
  void pipeThatReplacesTheFileDoesNotBlock() throws Exception {
    Path file = dir.resolve("file");
    Path content = file("content", "rw-r--r--");
    Path pipe = dir.resolve("pipe");
    Libc.mkfifo(pipe, 0644);
    var swapping = new AtomicBoolean(true);
    Thread swapper =
        Thread.ofPlatform()
            .start(() -> {
              while (swapping.get()) {
                replace(file, content);
                replace(file, pipe);
              }
            });
    int read = 0;
    try {
      Eventually.await("the file exists", Duration.ofSeconds(20), () -> Files.exists(file));
      for (int i = 0; i < 10_000; i++) {
        try {
          assertThat(access.read(file, 100, RunAs.DAEMON)).asString().isEqualTo("content");
          read++;
        } catch (IOException refused) {
          assertThat(refused).hasMessage("is not a regular file");
        }
      }
    } finally {
      swapping.set(false);
      swapper.join();
    }
    assertThat(read).isPositive();
  }

  /// `open(2)` waits for the end of a lease, up to 45 s, unless it is called with O_NONBLOCK.
  @Test
  @Needs({Need.ROOT, Need.PYTHON_FOR_ALL})
  void leaseOfTheUserDoesNotBlock() throws Exception {
    Path file = file("file", "rw-r--r--");
    Files.setAttribute(file, "unix:uid", NOBODY);
    Process holder =
        new ProcessBuilder(
                "/usr/bin/python3",
                "-c",
                """
                import fcntl, os, signal, sys
                signal.signal(signal.SIGIO, signal.SIG_IGN)
                os.setuid(65534)
                f = open(sys.argv[1], 'r+')
                fcntl.fcntl(f, 1024, fcntl.F_WRLCK)  # F_SETLEASE
                print('leased', flush=True)
                sys.stdin.read()
                """,
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var said = holder.inputReader()) {
      assertThat(said.readLine()).isEqualTo("leased");
      for (RunAs user : List.of(USER, RunAs.DAEMON)) {
        assertThatThrownBy(() -> access.read(file, 100, user))
            .isInstanceOf(IOException.class)
            .hasMessage("cannot be read: another process has a lease on it");
      }
    } finally {
      holder.destroyForcibly().waitFor();
    }
    assertThat(access.read(file, 100, USER)).asString().isEqualTo("content");
  }

  private static void replace(Path file, Path by) {
    try {
      Path link = file.resolveSibling("new");
      Files.createLink(link, by);
      Files.move(link, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fileThatOnlyRootCanChangeIsReadAsTheDaemon() throws IOException {
    assertThat(access.read(SECRET, 1 << 20, USER)).isEqualTo(Files.readAllBytes(SECRET));
  }

  @Test
  void filesOfTheUserAreReadAsTheUser() throws IOException {
    Path own = file("own", "rw-------");
    Files.setAttribute(own, "unix:uid", NOBODY);
    assertThat(access.read(own, 7, USER)).asString().isEqualTo("content");

    assertThatThrownBy(() -> access.read(own, 6, USER)).hasMessage("is larger than 6 bytes");
    Path roots = file("roots", "rw-------");
    assertThatThrownBy(() -> access.read(roots, 7, USER))
        .hasMessage("cannot be read: permission denied for user nobody");
    assertThatThrownBy(() -> access.read(dir.resolve("none"), 7, USER))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> access.read(dir, 7, USER)).hasMessage("is not a regular file");
  }

  @Test
  void onlyPathsThatOnlyRootCanChangeAreTrusted() throws IOException {
    assertThat(RootPath.isOfRootAlone(SECRET)).isTrue();
    assertThat(RootPath.isOfRootAlone(Path.of("/etc/../etc/./shadow"))).isTrue();
    assertThat(RootPath.isOfRootAlone(Path.of("/no/such/file"))).isFalse();
    assertThat(RootPath.isOfRootAlone(file("roots", "rw-------"))).isFalse();
    Path ring = Files.createSymbolicLink(dir.resolve("ring"), dir.resolve("ring"));
    assertThat(RootPath.isOfRootAlone(ring)).isFalse();
  }

  @Test
  void programRunsAsTheUserWithTheVariablesOfTheUser() throws IOException {
    AppAccess.Launch launch =
        access.launch(
            List.of("sh", "-c", "id -u; id -g; id -G; echo $HOME $USER $A; env | grep JPM_V; true"),
            dir,
            Map.of("PATH", "/usr/bin:/bin", "A", "b c", "HOME", "/root"),
            USER);
    byte[] said = CommandRunner.output(launch, Duration.ofSeconds(30), 1 << 16);

    assertThat(new String(said, StandardCharsets.UTF_8).lines())
        .containsExactly(
            "65534",
            "65534",
            "65534",
            UserDatabase.user("nobody").orElseThrow().home() + " nobody b c");
    assertThat(launch.environment().values()).contains("b c");
    assertThat(launch.command()).noneMatch(word -> word.contains("b c"));
  }

  /// A link that the user creates there may point anywhere.
  @Test
  void programIsRefusedInADirectoryThatTheUserMayNotEnter() throws IOException {
    Path closed = Files.createDirectory(dir.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), closed);
    Map<String, String> path = Map.of("PATH", "/usr/bin:/bin");
    assertThatThrownBy(() ->
            CommandRunner.output(
                access.launch(List.of("true"), link, path, USER), Duration.ofSeconds(30), 1 << 16))
        .hasMessage("exited with code 125");
    byte[] said =
        CommandRunner.output(
            access.launch(List.of("sh", "-c", "pwd"), dir, path, USER),
            Duration.ofSeconds(30),
            1 << 16);
    assertThat(new String(said, StandardCharsets.UTF_8)).isEqualTo(dir + "\n");
  }
}
