package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A daemon whose home is on a full disk, is removed, or loses a file.
@Timeout(300)
class HomeIT {
  private Jpm jpm;

  @BeforeEach
  void open() throws IOException {
    jpm = new Jpm();
  }

  @AfterEach
  void close() throws IOException {
    jpm.close();
  }

  private static boolean sh(String line) throws Exception {
    Process process =
        new ProcessBuilder("sh", "-c", line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
        && process.exitValue() == 0;
  }

  @Test
  @Tag("slow")
  @Needs(Need.MOUNT)
  void newAppIsRefusedOnAFullDiskAndOtherAppsContinue() throws Exception {
    Path home = Files.createDirectories(jpm.home());
    assertThat(sh("mount -t tmpfs -o size=8m,mode=700 tmpfs " + home)).isTrue();
    try {
      jpm.run("start", "sleep 98765", "--name", "old").ok();
      fill();
      Jpm.Result refused = jpm.run("start", "sleep 98766", "--name", "new", "-i", "2").failed();
      assertThat(refused.err()).contains("state.json").contains("No space left");
      assertThat(jpm.appProcesses()).noneMatch(process -> process.contains("98766"));
      assertThat(jpm.run("scale", "old", "+1").failed().err()).contains("No space left");
      assertThat(jpm.list()).hasSize(1);
      Jpm.kill(jpm.pid("old"));
      Eventually.await("old is restarted", Jpm.LONG, () -> jpm.restarts("old") == 1);
      jpm.run("stop", "old").ok();
      assertThat(jpm.status("old")).isEqualTo("stopped");
      jpm.run("restart", "old").ok();
      assertThat(jpm.status("old")).isEqualTo("online");
      jpm.killDaemon();
      Files.delete(home.resolve("filler"));
      assertThat(jpm.list()).as("apps under the next daemon").hasSize(1);
      assertThat(jpm.processTags()).hasSize(1);
      jpm.run("start", "sleep 98766", "--name", "new").ok();
      fill();
      jpm.run("delete", "new").ok();
      assertThat(jpm.list()).hasSize(1);
      jpm.run("kill").ok();
      assertThat(jpm.appProcesses()).isEmpty();
      Files.deleteIfExists(home.resolve("filler"));
      assertThat(jpm.list()).as("ended apps do not come back").isEmpty();
    } finally {
      Files.deleteIfExists(home.resolve("filler"));
      jpm.run("kill");
      Eventually.await("the disk can be unmounted", Jpm.LONG, () -> tryUnmount(home));
    }
  }

  /// A user whose disk is full must be able to inspect the apps, and to stop the one that fills it.
  @ParameterizedTest
  @Tag("slow")
  @Needs(Need.MOUNT)
  @ValueSource(booleans = {false, true})
  void aDaemonStartsOnAFullDisk(boolean inOrder) throws Exception {
    Path home = Files.createDirectories(jpm.home());
    assertThat(sh("mount -t tmpfs -o size=8m,mode=700 tmpfs " + home)).isTrue();
    try {
      jpm.run("start", "sleep 98765", "--name", "old", "-i", "2").ok();
      int pid = jpm.pid("old");
      String token = Files.readString(home.resolve("token"));
      if (inOrder) {
        // Like `kill -TERM`: the daemon removes the files that clients read.
        ProcessHandle daemon = ProcessHandle.of(jpm.daemonPid()).orElseThrow();
        daemon.destroy();
        Eventually.await("the daemon has ended", Jpm.LONG, () -> !daemon.isAlive());
      } else {
        jpm.killDaemon();
      }
      fill();
      assertThat(jpm.list()).hasSize(2);
      assertThat(jpm.pid("old")).as("the process was adopted").isEqualTo(pid);
      assertThat(Files.readString(home.resolve("token"))).isNotEqualTo(token);
      Jpm.kill(pid);
      Eventually.await(
          "the adopted process is supervised", Jpm.LONG, () -> jpm.restarts("old") == 1);
      jpm.run("stop", "old").ok();
      assertThat(jpm.appProcesses()).noneMatch(process -> process.contains("98765"));
      Files.delete(home.resolve("filler"));
      Eventually.await(
          "the files that clients read exist again",
          Jpm.LONG,
          () -> Files.exists(home.resolve("bridge.port")) && Files.exists(home.resolve("jpm.pid")));
      Eventually.await(
          "the journal is written again",
          Jpm.LONG,
          () -> jpm.run("stop", "old").ok().err().isEmpty());
      jpm.killDaemon();
      assertThat(jpm.status("old")).isEqualTo("stopped");
    } finally {
      Files.deleteIfExists(home.resolve("filler"));
      jpm.run("kill");
      Eventually.await("the disk can be unmounted", Jpm.LONG, () -> tryUnmount(home));
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.MOUNT)
  void aNewHomeOnAFullDiskIsRefusedInOneLine() throws Exception {
    Path home = Files.createDirectories(jpm.home());
    assertThat(sh("mount -t tmpfs -o size=1m,mode=700 tmpfs " + home)).isTrue();
    try {
      fill();
      Jpm.Result refused = jpm.run("ls").failed();
      assertThat(refused.err().lines()).hasSize(1);
      assertThat(refused.err()).contains("No space left").contains(home.toString());
    } finally {
      Files.deleteIfExists(home.resolve("filler"));
      Eventually.await("the disk can be unmounted", Jpm.LONG, () -> tryUnmount(home));
    }
  }

  private static boolean tryUnmount(Path home) {
    try {
      return sh("umount " + home);
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  /// Fills the disk to the last byte: a file takes at least one page.
  private void fill() throws IOException {
    Path filler = jpm.home().resolve("filler");
    byte[] page = new byte[4096];
    try (var out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(page);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(booleans = {false, true})
  void daemonWhoseHomeIsRemovedEndsAndItsAppsContinue(boolean another) throws Exception {
    jpm.run("start", "sleep 98765", "--name", "app").ok();
    long old = jpm.daemonPid();
    int app = jpm.pid("app");
    if (another) {
      // The old daemon writes to the log of the next one, so it must not check its home before that
      // log exists.
      jpm.shell("kill -STOP " + old).ok();
    }
    deleteHome();
    if (another) {
      assertThat(jpm.run("ls").failed().err())
          .contains("state.json is missing", "1 running process");
      assertThat(jpm.daemonPid()).isNotEqualTo(old);
      jpm.shell("kill -CONT " + old).ok();
    }
    Eventually.await("the old daemon has ended", Jpm.LONG, () -> !Jpm.running((int) old));
    assertThat(Jpm.running(app)).isTrue();
    if (another) {
      long serving = jpm.daemonPid();
      assertThat(jpm.run("ls").failed().err()).contains("1 running process");
      assertThat(jpm.daemonPid()).isEqualTo(serving);
      assertThat(jpm.daemonLog()).anyMatch(line -> line.contains("was removed or replaced"));
    } else {
      Eventually.await("its keeper has ended too", Jpm.LONG, () -> jpm.liveProcesses().size() == 1);
      assertThat(jpm.home()).doesNotExist();
    }
    Jpm.kill(app);
  }

  @Test
  @Tag("slow")
  void commandWaitsUntilTheTokenIsRestored() throws Exception {
    jpm.run("ping").ok();
    Path token = jpm.home().resolve("token");
    String before = Files.readString(token);
    for (String content : List.of("", "gar bled!\n")) {
      Files.writeString(token, content);
      assertThat(jpm.run("ping").ok().err()).isEmpty();
      Eventually.await("the token is restored", Jpm.LONG, () -> text(token).equals(before));
    }
    Files.delete(token);
    assertThat(jpm.run("ping").ok().err()).isEmpty();
  }

  @Test
  @Tag("slow")
  void killWithAnEmptyPathEndsTheAppsOfADaemonThatDied() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "app").ok();
    jpm.killDaemon();
    Jpm.finish(jpm.begin(Map.of("PATH", ""), "kill")).ok();
    assertThat(jpm.appProcesses()).isEmpty();
  }

  @Test
  @Tag("slow")
  void killEndsAllAppsEvenIfTheListCannotBeRead() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "app").ok();
    Path list = jpm.home().resolve("state.json");
    try (AutoCloseable _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      Files.deleteIfExists(list);
      Files.createDirectory(list);
    }
    assertThat(jpm.run("ls").failed().err())
        .contains("state.json cannot be read: Is a directory")
        .doesNotContain("java.");
    jpm.run("kill").ok();
    assertThat(jpm.appProcesses()).isEmpty();
    Files.delete(list);
  }

  /// Deletes the home and its log buffer: the daemon leaves the buffer in place, because it cannot
  /// know whether the home was removed or moved.
  private void deleteHome() throws IOException {
    Path buffer = jpm.logBuffer();
    delete(jpm.home());
    Files.delete(buffer);
  }

  private static void delete(Path folder) throws IOException {
    for (int attempt = 0; Files.exists(folder) && attempt < 100; attempt++) {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  @Tag("slow")
  void filesThatClientsReadAreRestored() throws Exception {
    jpm.run("ping").ok();
    long daemon = jpm.daemonPid();
    for (String name : List.of("jpm.pid", "bridge.port", "token", "bridge.sock")) {
      Path file = jpm.home().resolve(name);
      boolean text = !name.equals("bridge.sock");
      String before = text ? Files.readString(file) : "";
      Files.delete(file);
      Eventually.await(name + " is restored", Jpm.LONG, () -> Files.exists(file));
      if (text) {
        assertThat(Files.readString(file)).isEqualTo(before);
        Files.writeString(file, "garbage\n");
        Eventually.await(name + " is corrected", Jpm.LONG, () -> text(file).equals(before));
      }
      assertThat(jpm.run("ls").ok().err()).isEmpty();
    }
    Files.delete(jpm.home().resolve("bridge.port"));
    assertThat(jpm.run("ls").ok().err()).as("stderr of a client that finds no port file").isEmpty();
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      return "";
    }
  }

  /// The files that clients read there may have been written by another user by then.
  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {".", "token", "bridge.port"})
  void homeWritableByOthersServesNoCommandsUntilItIsFixed(String name) throws Exception {
    jpm.run("start", "sleep 98765", "--name", "app").ok();
    long daemon = jpm.daemonPid();
    int app = jpm.pid("app");
    Path open = jpm.home().resolve(name).normalize();
    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(open));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    Eventually.await(
        "the log says how to fix the mode",
        Jpm.LONG,
        () -> jpm.daemonLog().stream().anyMatch(line -> line.contains("chmod go-w " + open)));
    if (name.equals(".")) {
      for (Map<String, String> client : List.of(Map.<String, String>of(), JAVA)) {
        assertThat(Jpm.finish(jpm.begin(client, "ls")).failed().err())
            .contains(open + " is writable by other users (mode rwxrwxrwx)")
            .hasLineCount(1);
      }
      assertThat(Jpm.running(app)).isTrue();
      Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(mode));
    }
    Eventually.await(
        "commands are served again",
        Jpm.LONG,
        () -> jpm.run("ls").code() == 0 && jpm.pid("app") == app);
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(open))).isEqualTo(mode);
  }

  private static final Map<String, String> JAVA = Map.of("JPM_CLIENT", "java");

  /// The umask of the caller applies to the apps. The files in the home are for the owner alone.
  @Test
  @Tag("slow")
  void homeIsNotWritableByOthersEvenWithAnOpenUmask() throws Exception {
    Path made = jpm.work().resolve("made");
    jpm.runAfter("umask 0", "start", "touch " + made + " && exec sleep 98765", "--name", "app")
        .ok();
    Eventually.await("the app has created its file", Jpm.LONG, () -> Files.exists(made));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rw-rw-rw-");
    jpm.runAfter("umask 0", "save").ok();
    jpm.killDaemon();
    assertThat(jpm.status("app")).isEqualTo("online");
    try (Stream<Path> files = Files.walk(jpm.home())) {
      assertThat(files.filter(file -> writableByOthers(file))).isEmpty();
    }
  }

  private static boolean writableByOthers(Path file) {
    try {
      return (((Integer) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS)) & 022)
          != 0;
    } catch (IOException gone) {
      return false;
    }
  }

  @Test
  @Tag("slow")
  void unreachableDaemonThatHoldsTheHomeIsReported() throws Exception {
    jpm.run("ping").ok();
    long daemon = jpm.daemonPid();
    jpm.environment("JPM_TIMEOUT", "1");
    assertThat(sh("kill -STOP " + daemon)).isTrue();
    try {
      for (String name : List.of("jpm.pid", "bridge.port", "bridge.sock")) {
        Files.delete(jpm.home().resolve(name));
        Jpm.Result result = jpm.run("ls").failed();
        assertThat(result.err()).as(name).contains("pid " + daemon).contains("kill -9 " + daemon);
        assertThat(result.err().lines()).hasSize(1);
      }
    } finally {
      assertThat(sh("kill -CONT " + daemon)).isTrue();
      jpm.environment("JPM_TIMEOUT", "15");
    }
    jpm.awaitDaemon();
    assertThat(jpm.run("ls").ok().err()).isEmpty();
  }

  @Test
  @Tag("slow")
  void javaClientUsesTheSocketIfThereIsNoPort() throws Exception {
    jpm.run("ping").ok();
    Files.delete(jpm.home().resolve("bridge.port"));
    Jpm.Result result = Jpm.finish(jpm.begin(Map.of("JPM_CLIENT", "java"), "ping"));
    assertThat(result.ok().out().getBytes(StandardCharsets.UTF_8)).isNotEmpty();
  }
}
