package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.RateLimiter.Pass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Tests how often notifications are sent.
class RateLimiterTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final RateLimiter<Integer> rateLimiter = new RateLimiter<>();

  @Test
  void oneAtATimePassesAndTheNewestOfTheOthersFollows() {
    assertThat(rateLimiter.offer(1, 0)).contains(new Pass<>(1, 0));
    assertThat(rateLimiter.offer(2, 1)).isEmpty();
    assertThat(rateLimiter.offer(3, 2)).isEmpty();
    assertThat(rateLimiter.offer(4, 3)).isEmpty();
    assertThat(rateLimiter.done(4)).contains(new Pass<>(4, 2));
    assertThat(rateLimiter.done(5)).isEmpty();
    assertThat(rateLimiter.offer(5, 6)).contains(new Pass<>(5, 0));
  }

  @Test
  void tenPassInAMinuteAndThenTheNewestWhenItIsOver() {
    for (int i = 0; i < RateLimiter.MOST; i++) {
      assertThat(rateLimiter.offer(i, i * SECOND)).contains(new Pass<>(i, 0));
      assertThat(rateLimiter.done(i * SECOND)).isEmpty();
    }
    assertThat(rateLimiter.opensAt()).isEmpty();
    assertThat(rateLimiter.offer(10, 20 * SECOND)).isEmpty();
    assertThat(rateLimiter.offer(11, 21 * SECOND)).isEmpty();
    assertThat(rateLimiter.opensAt()).hasValue(60 * SECOND);
    assertThat(rateLimiter.look(60 * SECOND - 1)).isEmpty();
    assertThat(rateLimiter.look(60 * SECOND)).contains(new Pass<>(11, 1));
  }

  @Test
  void whileOneIsOnItsWayTimeAloneOpensNothing() {
    assertThat(rateLimiter.offer(1, 0)).isPresent();
    assertThat(rateLimiter.offer(2, 1)).isEmpty();
    assertThat(rateLimiter.opensAt()).isEmpty();
    assertThat(rateLimiter.look(1000 * SECOND)).isEmpty();
    assertThat(rateLimiter.done(1000 * SECOND)).isPresent();
  }

  /// For bursts of any shape, each item is either permitted or counted as missed, the last item is
  /// permitted last, and at most ten are permitted per minute.
  @Test
  void nothingIsLostUncounted() {
    for (int seed = 0; seed < 200; seed++) {
      var storm = new Storm(seed);
      storm.blow(500);
      storm.calm();
      assertThat(storm.passes.stream().mapToInt(pass -> 1 + pass.missed()).sum())
          .as("seed %d", seed)
          .isEqualTo(storm.offered);
      assertThat(storm.passes.getLast().what()).as("seed %d", seed).isEqualTo(storm.offered);
      for (int i = RateLimiter.MOST; i < storm.starts.size(); i++) {
        assertThat(storm.starts.get(i) - storm.starts.get(i - RateLimiter.MOST))
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(RateLimiter.WINDOW.toNanos());
      }
    }
  }

  private static final class Storm {
    final List<Pass<Integer>> passes = new ArrayList<>();
    final List<Long> starts = new ArrayList<>();
    int offered;
    private final RateLimiter<Integer> rateLimiter = new RateLimiter<>();
    private final SplittableRandom random;
    private long now;
    private boolean busy;

    Storm(int seed) {
      this.random = new SplittableRandom(seed);
    }

    void blow(int steps) {
      for (int i = 0; i < steps || offered == 0; i++) {
        now += random.nextLong(2 * SECOND);
        if (random.nextBoolean()) {
          took(rateLimiter.offer(++offered, now));
        } else {
          endOrLook();
        }
      }
    }

    void calm() {
      while (busy || rateLimiter.opensAt().isPresent()) {
        now = Math.max(now, rateLimiter.opensAt().orElse(now));
        endOrLook();
      }
    }

    private void endOrLook() {
      if (busy) {
        busy = false;
        took(rateLimiter.done(now));
      } else {
        took(rateLimiter.look(now));
      }
    }

    private void took(Optional<Pass<Integer>> pass) {
      if (pass.isPresent()) {
        assertThat(busy).isFalse();
        busy = true;
        passes.add(pass.get());
        starts.add(now);
      }
    }
  }
}
