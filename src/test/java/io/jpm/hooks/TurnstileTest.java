package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.Turnstile.Pass;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How often something is told.
class TurnstileTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final Turnstile<Integer> turnstile = new Turnstile<>();

  @Test
  void oneAtATimePassesAndTheNewestOfTheOthersFollows() {
    assertThat(turnstile.offer(1, 0)).contains(new Pass<>(1, 0));
    assertThat(turnstile.offer(2, 1)).isEmpty();
    assertThat(turnstile.offer(3, 2)).isEmpty();
    assertThat(turnstile.offer(4, 3)).isEmpty();
    assertThat(turnstile.done(4)).contains(new Pass<>(4, 2));
    assertThat(turnstile.done(5)).isEmpty();
    assertThat(turnstile.offer(5, 6)).contains(new Pass<>(5, 0));
  }

  @Test
  void tenPassInAMinuteAndThenTheNewestWhenItIsOver() {
    for (int i = 0; i < Turnstile.MOST; i++) {
      assertThat(turnstile.offer(i, i * SECOND)).contains(new Pass<>(i, 0));
      assertThat(turnstile.done(i * SECOND)).isEmpty();
    }
    assertThat(turnstile.opensAt()).isEmpty();
    assertThat(turnstile.offer(10, 20 * SECOND)).isEmpty();
    assertThat(turnstile.offer(11, 21 * SECOND)).isEmpty();
    assertThat(turnstile.opensAt()).hasValue(60 * SECOND);
    assertThat(turnstile.look(60 * SECOND - 1)).isEmpty();
    assertThat(turnstile.look(60 * SECOND)).contains(new Pass<>(11, 1));
  }

  @Test
  void whileOneIsOnItsWayTimeAloneOpensNothing() {
    assertThat(turnstile.offer(1, 0)).isPresent();
    assertThat(turnstile.offer(2, 1)).isEmpty();
    assertThat(turnstile.opensAt()).isEmpty();
    assertThat(turnstile.look(1000 * SECOND)).isEmpty();
    assertThat(turnstile.done(1000 * SECOND)).isPresent();
  }

  /// A storm of any shape: what has passed and what is counted are all that came, the last that
  /// came passes last, and never more than ten pass within a minute.
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
      for (int i = Turnstile.MOST; i < storm.starts.size(); i++) {
        assertThat(storm.starts.get(i) - storm.starts.get(i - Turnstile.MOST))
            .as("seed %d", seed)
            .isGreaterThanOrEqualTo(Turnstile.WINDOW.toNanos());
      }
    }
  }

  private static final class Storm {
    final List<Pass<Integer>> passes = new ArrayList<>();
    final List<Long> starts = new ArrayList<>();
    int offered;
    private final Turnstile<Integer> turnstile = new Turnstile<>();
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
          took(turnstile.offer(++offered, now));
        } else {
          endOrLook();
        }
      }
    }

    void calm() {
      while (busy || turnstile.opensAt().isPresent()) {
        now = Math.max(now, turnstile.opensAt().orElse(now));
        endOrLook();
      }
    }

    private void endOrLook() {
      if (busy) {
        busy = false;
        took(turnstile.done(now));
      } else {
        took(turnstile.look(now));
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
