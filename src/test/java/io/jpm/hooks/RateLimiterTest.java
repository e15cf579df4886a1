package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.RateLimiter.Permit;
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
  void oneItemIsPermittedAtATimeAndTheNewestFollows() {
    assertThat(rateLimiter.offer(1, 0)).contains(new Permit<>(1, 0));
    assertThat(rateLimiter.offer(2, 1)).isEmpty();
    assertThat(rateLimiter.offer(3, 2)).isEmpty();
    assertThat(rateLimiter.offer(4, 3)).isEmpty();
    assertThat(rateLimiter.done(4)).contains(new Permit<>(4, 2));
    assertThat(rateLimiter.done(5)).isEmpty();
    assertThat(rateLimiter.offer(5, 6)).contains(new Permit<>(5, 0));
  }

  @Test
  void tenItemsArePermittedPerMinuteAndThenTheNewest() {
    for (int i = 0; i < RateLimiter.MOST; i++) {
      assertThat(rateLimiter.offer(i, i * SECOND)).contains(new Permit<>(i, 0));
      assertThat(rateLimiter.done(i * SECOND)).isEmpty();
    }
    assertThat(rateLimiter.nextPermitAt()).isEmpty();
    assertThat(rateLimiter.offer(10, 20 * SECOND)).isEmpty();
    assertThat(rateLimiter.offer(11, 21 * SECOND)).isEmpty();
    assertThat(rateLimiter.nextPermitAt()).hasValue(60 * SECOND);
    assertThat(rateLimiter.poll(60 * SECOND - 1)).isEmpty();
    assertThat(rateLimiter.poll(60 * SECOND)).contains(new Permit<>(11, 1));
  }

  @Test
  void noItemIsPermittedWhileAnotherIsInProgress() {
    assertThat(rateLimiter.offer(1, 0)).isPresent();
    assertThat(rateLimiter.offer(2, 1)).isEmpty();
    assertThat(rateLimiter.nextPermitAt()).isEmpty();
    assertThat(rateLimiter.poll(1000 * SECOND)).isEmpty();
    assertThat(rateLimiter.done(1000 * SECOND)).isPresent();
  }

  /// For bursts of any shape, each item is either permitted or counted as missed, the last item is
  /// permitted last, and at most ten are permitted per minute.
  @Test
  void everyItemIsPermittedOrCounted() {
    for (int seed = 0; seed < 200; seed++) {
      var burst = new Burst(seed);
      burst.offerRandomly(500);
      burst.finish();
      assertThat(burst.passes.stream().mapToInt(permit -> 1 + permit.missed()).sum())
          .as("seed %d", seed)
          .isEqualTo(burst.offered);
      assertThat(burst.passes.getLast().item()).as("seed %d", seed).isEqualTo(burst.offered);
      for (int i = RateLimiter.MOST; i < burst.starts.size(); i++) {
        assertThat(burst.starts.get(i) - burst.starts.get(i - RateLimiter.MOST))
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(RateLimiter.WINDOW.toNanos());
      }
    }
  }

  private static final class Burst {
    final List<Permit<Integer>> passes = new ArrayList<>();
    final List<Long> starts = new ArrayList<>();
    int offered;
    private final RateLimiter<Integer> rateLimiter = new RateLimiter<>();
    private final SplittableRandom random;
    private long now;
    private boolean busy;

    Burst(int seed) {
      this.random = new SplittableRandom(seed);
    }

    void offerRandomly(int steps) {
      for (int i = 0; i < steps || offered == 0; i++) {
        now += random.nextLong(2 * SECOND);
        if (random.nextBoolean()) {
          record(rateLimiter.offer(++offered, now));
        } else {
          completeOrPoll();
        }
      }
    }

    void finish() {
      while (busy || rateLimiter.nextPermitAt().isPresent()) {
        now = Math.max(now, rateLimiter.nextPermitAt().orElse(now));
        completeOrPoll();
      }
    }

    private void completeOrPoll() {
      if (busy) {
        busy = false;
        record(rateLimiter.done(now));
      } else {
        record(rateLimiter.poll(now));
      }
    }

    private void record(Optional<Permit<Integer>> pass) {
      if (pass.isPresent()) {
        assertThat(busy).isFalse();
        busy = true;
        passes.add(pass.get());
        starts.add(now);
      }
    }
  }
}
