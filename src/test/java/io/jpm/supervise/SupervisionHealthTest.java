package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Check;
import io.jpm.model.Command;
import io.jpm.model.Health;
import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SupervisionHealthTest {
  private static final Check.Rhythm RHYTHM =
      new Check.Rhythm(Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 1, Duration.ZERO);
  private static final Health.Probe PROBE = new Health.Probe(new Check.Tcp("h", "1"), RHYTHM);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static Policies policies(Health health) {
    var command = new Command(Path.of("/bin/x"), Optional.empty(), List.of(), List.of());
    return Policies.of(
        AppSpec.of(new AppName("a"), command, Path.of("/"))
            .restart(RestartPolicy.PM2)
            .health(health)
            .build());
  }

  private static final Policies ALIVE =
      policies(new Health(Optional.empty(), Optional.empty(), Optional.of(PROBE)));

  private static Supervised started(Policies policies, long at) {
    Supervised state = on(Supervised.NEW, new Event.StartAsked(), policies, at).next();
    return on(state, new Event.Spawned(state.generation()), policies, at).next();
  }

  private static Step on(Supervised state, Event event, Policies policies, long now) {
    return Supervision.step(state, event, policies, now);
  }

  private static Event dead() {
    return new Event.RestartDue(Event.Cause.HEALTH, "liveness: no answer");
  }

  /// The stopping tree is gone and the restart delay, if any, is over.
  private static Supervised again(Supervised state, Policies policies, long now) {
    Supervised next = on(state, new Event.TreeGone(state.generation()), policies, now).next();
    if (next.phase() != Phase.LAUNCHING) {
      return next;
    }
    return on(next, new Event.Spawned(next.generation()), policies, now).next();
  }

  @Test
  void whoeverIsNotWellIsEndedAndStartedAgainForThatReason() {
    Supervised online = started(ALIVE, 0);
    Step step = on(online, dead(), ALIVE, 1000 * SECOND);
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPING);
    Supervised next = again(step.next(), ALIVE, 1001 * SECOND);
    assertThat(next.phase()).isEqualTo(Phase.ONLINE);
    assertThat(next.restarts()).isEqualTo(1);
    assertThat(next.unstable()).isZero();
    assertThat(next.reason()).startsWith("liveness: no answer");
  }

  @Test
  void whoeverIsNeverWellForLongIsGivenUp() {
    Supervised state = started(ALIVE, 0);
    int runs = 0;
    long now = 0;
    while (state.phase() == Phase.ONLINE && runs < 100) {
      runs++;
      now += 35 * SECOND;
      state = again(on(state, dead(), ALIVE, now).next(), ALIVE, now);
    }
    assertThat(state.phase()).isEqualTo(Phase.ERRORED);
    assertThat(runs).isEqualTo(16);
    assertThat(state.reason())
        .isEqualTo(
            "liveness: no answer; gave up after 16 runs in a row not healthy for long (max_restarts 16)");
  }

  @Test
  void aRunThatWasWellForAWhileCountsForNothing() {
    assertThat(ALIVE.wasWell(Duration.ofSeconds(71))).isFalse();
    assertThat(ALIVE.wasWell(Duration.ofSeconds(72))).isTrue();
    Supervised state = started(ALIVE, 0);
    long now = 0;
    for (int i = 0; i < 100; i++) {
      now += 72 * SECOND;
      state = again(on(state, dead(), ALIVE, now).next(), ALIVE, now);
    }
    assertThat(state.phase()).isEqualTo(Phase.ONLINE);
    assertThat(state.restarts()).isEqualTo(100);
  }

  @Test
  void whatAPersonHasStoppedStaysSo() {
    Supervised online = started(ALIVE, 0);
    Supervised stopping = on(online, new Event.StopAsked(), ALIVE, 1).next();
    assertThat(on(stopping, dead(), ALIVE, 2).next()).isEqualTo(stopping);
  }

  @Test
  void checksAreWaitedForAsLongAsStartupMayTake() {
    var startup =
        new Health.Startup(new Check.Tcp("h", "1"), Duration.ofMillis(500), Duration.ofSeconds(60));
    Policies gated =
        policies(new Health(Optional.of(startup), Optional.of(PROBE), Optional.empty()));
    Supervised state = on(Supervised.NEW, new Event.StartAsked(), gated, 0).next();
    Step spawned = on(state, new Event.Spawned(1), gated, 0);
    assertThat(spawned.next().phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(spawned.effects())
        .contains(new Effect.StartTimer(Timer.READY, 1, Duration.ofSeconds(60)));
    Step late = on(spawned.next(), new Event.NotReady(1, "h:1 answers 503"), gated, 60 * SECOND);
    assertThat(late.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(late.next().reason()).isEqualTo("not ready within 1 min: h:1 answers 503");
    assertThat(late.next().unstable()).isEqualTo(1);
  }

  @Test
  void whoAsksForTimeGetsItButNeverLess() {
    Policies gated = policies(new Health(Optional.empty(), Optional.of(PROBE), Optional.empty()));
    Supervised state = on(Supervised.NEW, new Event.StartAsked(), gated, 0).next();
    Supervised waiting = on(state, new Event.Spawned(1), gated, 0).next();
    Event more = new Event.MoreTimeAsked(1, Duration.ofSeconds(2));
    assertThat(on(waiting, more, gated, 0).effects()).isEmpty();
    assertThat(on(waiting, more, gated, 2 * SECOND).effects())
        .containsExactly(new Effect.StartTimer(Timer.READY, 1, Duration.ofSeconds(2)));
  }
}
