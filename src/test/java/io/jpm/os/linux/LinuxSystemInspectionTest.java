package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.SystemFacts;
import io.jpm.os.linux.libc.Libc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSystemInspectionTest {
  @TempDir Path dir;
  private final LinuxSystemInspection inspection = new LinuxSystemInspection();

  @Test
  void requiredKernelFeaturesAreFound() {
    SystemFacts facts = inspection.facts();
    assertThat(facts.portable()).isEmpty();
    assertThat(facts.kernel()).startsWith("Linux ");
    assertThat(facts.features())
        .filteredOn(feature -> feature.name().equals("epoll") || feature.name().equals("pidfd"))
        .hasSize(2)
        .allMatch(SystemFacts.Feature::works);
  }

  @Test
  void limitsAreThoseOfThisProcess() throws Exception {
    String line =
        Files.readAllLines(Path.of("/proc/self/limits")).stream()
            .filter(it -> it.startsWith("Max open files"))
            .findFirst()
            .orElseThrow();
    assertThat(inspection.facts().limits())
        .hasValueSatisfying(limits -> {
          assertThat(line).contains(" " + limits.openFiles() + " ");
          assertThat(limits.openFilesMost()).isGreaterThanOrEqualTo(limits.openFiles());
          assertThat(limits.pids()).isGreaterThan(100);
          assertThat(limits.running()).isPositive();
        });
  }

  @Test
  void pipeHasAReaderOnlyWhileItIsOpenForReading() throws Exception {
    Path fifo = dir.resolve("fifo");
    assertThat(inspection.hasReader(fifo)).contains(false);
    assertThat(Libc.mkfifo(fifo, 0600)).isZero();
    assertThat(inspection.hasReader(fifo)).contains(false);
    int reader = Libc.open(fifo, Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    assertThat(reader).isPositive();
    assertThat(inspection.hasReader(fifo)).contains(true);
    Libc.close(reader);
    assertThat(inspection.hasReader(fifo)).contains(false);
  }

  @Test
  void freeInodesAreThoseThatDfReports() throws Exception {
    Process df =
        new ProcessBuilder("df", "--output=iavail", dir.toString())
            .redirectErrorStream(true)
            .start();
    String[] lines =
        new String(df.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip()
            .split("\n", -1);
    String available = lines[lines.length - 1].strip();
    if (available.equals("-") || available.equals("0")) {
      assertThat(inspection.freeInodes(dir).orElse(0)).isZero();
    } else {
      assertThat(inspection.freeInodes(dir).getAsLong())
          .isBetween(Long.parseLong(available) / 2, 2 * Long.parseLong(available));
    }
  }
}
