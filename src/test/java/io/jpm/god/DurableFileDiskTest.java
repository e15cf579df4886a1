package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.god.journal.DurableFile;
import io.jpm.god.journal.DurableFile.Kind;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Durable files on a real kernel: a full disk, a file size limit, and `kill -9` of the writer.
@Timeout(120)
@Tag("alone")
class DurableFileDiskTest {
  private static final int KILLS = TestGroup.choose(3, 20);

  @TempDir Path folder;

  private static Optional<Integer> found(Path place) {
    return new DurableFile(place, Kind.JOURNAL).read(json -> json.getInteger("n")).content();
  }

  private ProcessBuilder writer(String limit, int first) {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            GenerationWriter.class.getName(),
            folder.toString(),
            Integer.toString(first));
    List<String> command = new ArrayList<>(List.of("sh", "-c", limit + " exec \"$@\"", "sh"));
    command.addAll(java);
    return new ProcessBuilder(command);
  }

  @Test
  void killedWriterLosesAtMostTheGenerationBeingWritten() throws Exception {
    long seed = Long.getLong("jpm.seed", 20261121);
    var random = new SplittableRandom(seed);
    int number = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      Process writer =
          writer("", number + 1).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (BufferedReader told = writer.inputReader()) {
        int writes = 1 + random.nextInt(20);
        for (int i = 0; i < writes; i++) {
          number = Integer.parseInt(told.readLine());
        }
        // A random moment within the write that follows.
        long end = System.nanoTime() + random.nextLong(2_000_000);
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        writer.toHandle().destroyForcibly(); // Process.destroy would close its unread output
        for (String line = told.readLine(); line != null; line = told.readLine()) {
          number = Integer.parseInt(line);
        }
      }
      assertThat(writer.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)).isTrue();
      Optional<Integer> found = found(folder);
      assertThat(found)
          .as("number found after kill %d, seed %d", kill, seed)
          .get()
          .isIn(number, number + 1);
      number = found.orElseThrow();
    }
    assertThat(number).isGreaterThan(KILLS);
  }

  @Test
  void fileThatHitsTheSizeLimitDoesNotReplaceTheOldOne() throws Exception {
    // Units of 512 bytes. The larger generations do not fit, and the write that crosses the limit
    // is short.
    Process writer = writer("ulimit -f 40;", 1).redirectErrorStream(true).start();
    int number = 0;
    try (BufferedReader told = writer.inputReader()) {
      for (String line = told.readLine(); line != null; line = told.readLine()) {
        number = line.matches("[0-9]+") ? Integer.parseInt(line) : number;
      }
    }
    assertThat(writer.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)).isTrue();
    assertThat(number).isPositive();
    assertThat(GenerationWriter.content(number + 1).length()).isGreaterThan(20 * 1024);
    assertThat(found(folder)).contains(number);
    assertThat(folder.resolve("state.json.new")).doesNotExist();
  }

  @Test
  @Needs(Need.MOUNT)
  void fullDiskKeepsTheOldGeneration() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assertThat(run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk.toString())).isTrue();
    try {
      var file = new DurableFile(disk, Kind.JOURNAL);
      String large = "{\"n\":9,\"padding\":\"" + "x".repeat(100_000) + "\"}";
      file.write("{\"n\":1}");
      file.write("{\"n\":2,\"padding\":\"" + "x".repeat(50_000) + "\"}");
      for (int attempt = 0; attempt < 3; attempt++) {
        assertThatThrownBy(() -> file.write(large))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left");
        assertThat(found(disk)).contains(2);
      }
      file.write("{\"n\":3}");
      assertThat(found(disk)).contains(3);
    } finally {
      assertThat(run("umount", disk.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws Exception {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
          && process.exitValue() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }
}
