package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RotatedTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static Rotated hoursOld(int hours, long size) {
    return new Rotated(
        Path.of("/l/a.log"),
        RunAs.DAEMON,
        Path.of("/l/a-" + hours),
        NOW.minus(Duration.ofHours(hours)),
        size);
  }

  private static final Rotated NEW = hoursOld(1, 10);
  private static final Rotated MIDDLE = hoursOld(5, 20);
  private static final Rotated OLD = hoursOld(9, 40);
  private static final List<Rotated> ALL = List.of(MIDDLE, OLD, NEW);

  @Test
  void theOldestAreTooMany() {
    assertThat(Rotated.surplus(ALL, 1, Duration.ZERO, NOW)).containsExactly(OLD, MIDDLE);
    assertThat(Rotated.surplus(ALL, 0, Duration.ZERO, NOW)).isEmpty();
    assertThat(Rotated.surplus(ALL, 3, Duration.ZERO, NOW)).isEmpty();
  }

  @Test
  void whatIsOlderThanAllowedGoesToo() {
    assertThat(Rotated.surplus(ALL, 2, Duration.ofHours(4), NOW)).containsExactly(OLD, MIDDLE);
  }

  @Test
  void ofWhatAllMayTakeAnAppLosesOnlyWhatIsBeyondItsEqualShare() {
    var small = new Rotated.Taken(List.of(hoursOld(100, 10), hoursOld(90, 10)), 10);
    var large = new Rotated.Taken(List.of(NEW, MIDDLE, OLD), 50);
    assertThat(Rotated.beyondShares(List.of(small, large), 150)).isEmpty();
    assertThat(Rotated.beyondShares(List.of(small, large), 149)).containsExactly(OLD);
    assertThat(Rotated.beyondShares(List.of(small, large), 90)).containsExactly(OLD, MIDDLE);
    assertThat(Rotated.beyondShares(List.of(small, large), 0)).isEmpty();
    var flood = new Rotated.Taken(List.of(NEW), 1000);
    assertThat(Rotated.beyondShares(List.of(small, flood), 100)).containsExactly(NEW);
    assertThat(Rotated.beyondShares(List.of(), 100)).isEmpty();
  }

  @Test
  void onAFullDiskTheOldestOfWhoTakesTheMostGoesFirst() {
    Rotated older = hoursOld(100, 10);
    Rotated old = hoursOld(90, 10);
    var small = new Rotated.Taken(List.of(old, older), 20);
    var large = new Rotated.Taken(ALL, 15);
    assertThat(Rotated.largestFirst(List.of(small, large)))
        .containsExactly(OLD, MIDDLE, older, old, NEW);
    assertThat(Rotated.largestFirst(List.of())).isEmpty();
  }

  @Test
  void theOldestGoUntilTheRestFits() {
    assertThat(Rotated.excess(ALL, 30, 100)).isEmpty();
    assertThat(Rotated.excess(ALL, 31, 100)).containsExactly(OLD);
    assertThat(Rotated.excess(ALL, 81, 100)).containsExactly(OLD, MIDDLE);
    assertThat(Rotated.excess(ALL, 1000, 100)).containsExactly(OLD, MIDDLE, NEW);
    assertThat(Rotated.excess(ALL, 1000, 0)).isEmpty();
  }
}
