package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.HostFixture;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Provokes the reuse of a pid by another process, which is rare otherwise.
@Timeout(180)
@Tag("alone")
class PidReuseTest {
  private static final List<String> UNSHARE =
      List.of("unshare", "--pid", "--fork", "--kill-child", "--mount-proc");

  @TempDir private Path dir;

  @Test
  @Needs(Need.ROOT)
  void otherProcessWithARecordedPidIsNeitherAdoptedNorSignalled() throws Exception {
    Need.assume(
        run(List.of("sh", "-c", "test -w /proc/sys/kernel/ns_last_pid && echo yes"))
            .equals("yes\n"),
        "a kernel that lets root choose pids");

    String said =
        run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-MaxFDLimit",
                // A thread that is created late may receive the pid that is meant for a process.
                "-XX:+UseSerialGC",
                "-XX:-UseDynamicNumberOfCompilerThreads",
                "-cp",
                Objects.requireNonNull(System.getProperty("java.class.path")),
                PidReuseScenarios.class.getName(),
                Files.createDirectory(dir.resolve("space")).toString()));

    assertThat(said)
        .isEqualTo(
            """
            main: another inode: true
            main: adopted: false
            main: usage: false
            main: exit: exit unknown (it ended while no daemon was running)
            main: leftovers: false
            main: stranger lives: true
            member: app lives: false
            member: stranger lives: true
            """);
  }

  private String run(List<String> words) throws Exception {
    List<String> command = new ArrayList<>(UNSHARE);
    // A shell as init reaps every orphan.
    command.addAll(List.of("sh", "-c", "\"$@\"; exit $?", "init"));
    command.addAll(words);
    Path said = dir.resolve("said");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      Eventually.await(
          command + " ends",
          Duration.ofMinutes(2),
          () -> !process.isAlive(),
          () -> HostFixture.read(said));
    } finally {
      process.destroyForcibly().waitFor();
    }
    return Files.readString(said);
  }
}
