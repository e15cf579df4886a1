package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class InterestTest {
  private static final Duration LEASE = Duration.ofSeconds(15);
  private final Interest interest = new Interest(LEASE);

  @Test
  void nobodyMeansNever() {
    assertThat(interest.next(false, 0, 0, 0)).isEmpty();
    assertThat(interest.isRemembered(0)).isFalse();
  }

  @Test
  void aLimitOrAFollowerMeansEachSecond() {
    assertThat(interest.next(true, 0, 0, 0)).contains(Interest.FAST);
    interest.follows("a", true, 0);
    assertThat(interest.next(false, 0, 0, 0)).contains(Interest.FAST);
    interest.follows("b", true, 0);
    interest.follows("a", false, 1);
    assertThat(interest.next(false, 0, 0, 1)).contains(Interest.FAST);
    interest.follows("b", false, 1);
    assertThat(interest.next(false, 0, 0, 1)).isEmpty();
  }

  @Test
  void aFollowerIsBelievedForItsLease() {
    interest.follows("a", true, 0);
    assertThat(interest.isFollowed(LEASE.toNanos() - 1)).isTrue();
    assertThat(interest.isFollowed(LEASE.toNanos())).isFalse();
  }

  @Test
  void aLookIsFollowedByTheHistoryForAWhile() {
    interest.looked(0);
    assertThat(interest.next(false, 0, 0, 1)).contains(Interest.SLOW);
    long end = Interest.MEMORY_OF_LOOKS.toNanos();
    assertThat(interest.next(false, 0, 0, end - 1)).contains(Interest.SLOW);
    assertThat(interest.next(false, 0, 0, end)).isEmpty();
  }

  @Test
  void looksThatTakeLongAreTakenLessOftenButNotForLimits() {
    interest.follows("a", true, 0);
    long cost = Duration.ofMillis(60).toNanos();
    assertThat(interest.next(false, cost, 0, 0)).contains(Duration.ofSeconds(3));
    assertThat(interest.next(true, cost, 0, 0)).contains(Interest.FAST);
  }

  @Test
  void whereNothingChangesFollowersAreToldLessOften() {
    interest.follows("one", true, 0);
    assertThat(interest.next(false, 0, 4, 0)).contains(Interest.FAST);
    assertThat(interest.next(false, 0, 5, 0)).contains(Duration.ofSeconds(2));
    assertThat(interest.next(false, 0, 10, 0)).contains(Interest.SLOW);
    assertThat(interest.next(true, 0, 10, 0)).contains(Interest.FAST);
  }

  @Test
  void whoGoesOnToFollowDoesNotBegin() {
    assertThat(interest.follows("one", true, 0)).isTrue();
    assertThat(interest.follows("one", true, 1)).isFalse();
    interest.follows("one", false, 2);
    assertThat(interest.follows("one", true, 3)).isTrue();
  }
}
