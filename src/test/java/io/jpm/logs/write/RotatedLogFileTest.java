package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotatedLogFileTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static RotatedLogFile hoursOld(int hours, long size) {
    return new RotatedLogFile(
        Path.of("/l/a.log"),
        RunAs.DAEMON,
        Path.of("/l/a-" + hours),
        NOW.minus(Duration.ofHours(hours)),
        size);
  }

  private static final RotatedLogFile NEW = hoursOld(1, 10);
  private static final RotatedLogFile MIDDLE = hoursOld(5, 20);
  private static final RotatedLogFile OLD = hoursOld(9, 40);
  private static final List<RotatedLogFile> ALL = List.of(MIDDLE, OLD, NEW);

  @Test
  void oldestFilesBeyondTheNumberAreSurplus() {
    assertThat(RotatedLogFile.surplus(ALL, 1, Duration.ZERO, NOW)).containsExactly(OLD, MIDDLE);
    assertThat(RotatedLogFile.surplus(ALL, 0, Duration.ZERO, NOW)).isEmpty();
    assertThat(RotatedLogFile.surplus(ALL, 3, Duration.ZERO, NOW)).isEmpty();
  }

  @Test
  void filesOlderThanTheMaximumAgeAreSurplus() {
    assertThat(RotatedLogFile.surplus(ALL, 2, Duration.ofHours(4), NOW))
        .containsExactly(OLD, MIDDLE);
  }

  @Test
  void appLosesOnlyFilesBeyondItsEqualShare() {
    var small = new RotatedLogFile.DiskUsage(List.of(hoursOld(100, 10), hoursOld(90, 10)), 10);
    var large = new RotatedLogFile.DiskUsage(List.of(NEW, MIDDLE, OLD), 50);
    assertThat(RotatedLogFile.beyondShares(List.of(small, large), 150)).isEmpty();
    assertThat(RotatedLogFile.beyondShares(List.of(small, large), 149)).containsExactly(OLD);
    assertThat(RotatedLogFile.beyondShares(List.of(small, large), 90)).containsExactly(OLD, MIDDLE);
    assertThat(RotatedLogFile.beyondShares(List.of(small, large), 0)).isEmpty();
    var flood = new RotatedLogFile.DiskUsage(List.of(NEW), 1000);
    assertThat(RotatedLogFile.beyondShares(List.of(small, flood), 100)).containsExactly(NEW);
    assertThat(RotatedLogFile.beyondShares(List.of(), 100)).isEmpty();
  }

  @Test
  void oldestFileOfTheLargestAppIsDeletedFirstOnAFullDisk() {
    RotatedLogFile older = hoursOld(100, 10);
    RotatedLogFile old = hoursOld(90, 10);
    var small = new RotatedLogFile.DiskUsage(List.of(old, older), 20);
    var large = new RotatedLogFile.DiskUsage(ALL, 15);
    assertThat(RotatedLogFile.largestFirst(List.of(small, large)))
        .containsExactly(OLD, MIDDLE, older, old, NEW);
    assertThat(RotatedLogFile.largestFirst(List.of())).isEmpty();
  }

  @Test
  void oldestFilesAreDeletedUntilTheRestFits() {
    assertThat(RotatedLogFile.excess(ALL, 30, 100)).isEmpty();
    assertThat(RotatedLogFile.excess(ALL, 31, 100)).containsExactly(OLD);
    assertThat(RotatedLogFile.excess(ALL, 81, 100)).containsExactly(OLD, MIDDLE);
    assertThat(RotatedLogFile.excess(ALL, 1000, 100)).containsExactly(OLD, MIDDLE, NEW);
    assertThat(RotatedLogFile.excess(ALL, 1000, 0)).isEmpty();
  }
}
