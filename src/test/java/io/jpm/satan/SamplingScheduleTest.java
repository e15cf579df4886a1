package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SamplingScheduleTest {
  private static final Duration LEASE = Duration.ofSeconds(15);
  private final SamplingSchedule samplingSchedule = new SamplingSchedule(LEASE);

  @Test
  void withoutLimitsAndFollowersThereAreNoSamples() {
    assertThat(samplingSchedule.next(false, 0, 0, 0)).isEmpty();
    assertThat(samplingSchedule.isHistoryActive(0)).isFalse();
  }

  @Test
  void limitOrFollowerCausesASampleEachSecond() {
    assertThat(samplingSchedule.next(true, 0, 0, 0)).contains(SamplingSchedule.FAST);
    samplingSchedule.setFollower("a", true, 0);
    assertThat(samplingSchedule.next(false, 0, 0, 0)).contains(SamplingSchedule.FAST);
    samplingSchedule.setFollower("b", true, 0);
    samplingSchedule.setFollower("a", false, 1);
    assertThat(samplingSchedule.next(false, 0, 0, 1)).contains(SamplingSchedule.FAST);
    samplingSchedule.setFollower("b", false, 1);
    assertThat(samplingSchedule.next(false, 0, 0, 1)).isEmpty();
  }

  @Test
  void followerExpiresWithItsLease() {
    samplingSchedule.setFollower("a", true, 0);
    assertThat(samplingSchedule.hasFollowers(LEASE.toNanos() - 1)).isTrue();
    assertThat(samplingSchedule.hasFollowers(LEASE.toNanos())).isFalse();
  }

  @Test
  void sampleOnRequestKeepsTheHistoryForAWhile() {
    samplingSchedule.recordQuery(0);
    assertThat(samplingSchedule.next(false, 0, 0, 1)).contains(SamplingSchedule.SLOW);
    long end = SamplingSchedule.HISTORY_DURATION.toNanos();
    assertThat(samplingSchedule.next(false, 0, 0, end - 1)).contains(SamplingSchedule.SLOW);
    assertThat(samplingSchedule.next(false, 0, 0, end)).isEmpty();
  }

  @Test
  void expensiveSamplesAreTakenLessOftenExceptForLimits() {
    samplingSchedule.setFollower("a", true, 0);
    long cost = Duration.ofMillis(60).toNanos();
    assertThat(samplingSchedule.next(false, cost, 0, 0)).contains(Duration.ofSeconds(3));
    assertThat(samplingSchedule.next(true, cost, 0, 0)).contains(SamplingSchedule.FAST);
  }

  @Test
  void unchangedUsageIsSampledLessOftenExceptForLimits() {
    samplingSchedule.setFollower("one", true, 0);
    assertThat(samplingSchedule.next(false, 0, 4, 0)).contains(SamplingSchedule.FAST);
    assertThat(samplingSchedule.next(false, 0, 5, 0)).contains(Duration.ofSeconds(2));
    assertThat(samplingSchedule.next(false, 0, 10, 0)).contains(SamplingSchedule.SLOW);
    assertThat(samplingSchedule.next(true, 0, 10, 0)).contains(SamplingSchedule.FAST);
  }

  @Test
  void renewedLeaseIsNotANewFollower() {
    assertThat(samplingSchedule.setFollower("one", true, 0)).isTrue();
    assertThat(samplingSchedule.setFollower("one", true, 1)).isFalse();
    samplingSchedule.setFollower("one", false, 2);
    assertThat(samplingSchedule.setFollower("one", true, 3)).isTrue();
  }
}
