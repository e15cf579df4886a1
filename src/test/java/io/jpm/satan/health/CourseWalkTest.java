package io.jpm.satan.health;

import io.jpm.model.Check;
import io.jpm.testing.Representatives;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Explores every state of the health of a process, with all combinations of probes, and checks the
/// rules on every transition; then takes long random walks.
class CourseWalkTest {
  private static final long STEP = Duration.ofMillis(500).toNanos();
  private static final int COUNTED = 3;

  /// The probes of an app: 0 none, 1 active, 2 passive.
  record Kinds(int startup, int readiness, int liveness, boolean ready) {
    ProbeStateMachine probeStateMachine() {
      Map<ProbeRole, ProbeConfig> rules = new EnumMap<>(ProbeRole.class);
      add(rules, ProbeRole.STARTUP, startup);
      add(rules, ProbeRole.READINESS, readiness);
      add(rules, ProbeRole.LIVENESS, liveness);
      return new ProbeStateMachine(rules);
    }

    private static void add(Map<ProbeRole, ProbeConfig> rules, ProbeRole probeRole, int kind) {
      if (kind > 0) {
        var rhythm =
            new Check.Rhythm(
                Duration.ofSeconds(1),
                Duration.ofMillis(probeRole == ProbeRole.LIVENESS ? 1500 : 500),
                probeRole == ProbeRole.STARTUP ? 1 : 2,
                probeRole == ProbeRole.READINESS ? 2 : 1,
                Duration.ZERO);
        rules.put(probeRole, new ProbeConfig(rhythm, kind == 1, "silence"));
      }
    }

    boolean gates() {
      return startup + readiness > 0;
    }
  }

  static Stream<Kinds> kinds() {
    List<Kinds> all = new ArrayList<>();
    for (int i = 0; i < 54; i++) {
      all.add(new Kinds(i % 3, i / 3 % 3, i / 9 % 3, i / 27 == 1));
    }
    return all.stream();
  }

  /// A state of the model: the health state of a process and what was reported about it.
  ///
  /// @param asked the probes that have an attempt in progress, according to the effects
  record World(
      HealthState healthState,
      long now,
      Set<ProbeRole> asked,
      boolean ready,
      boolean unhealthy,
      boolean dead) {
    World after(Kinds kinds, HealthEvent healthEvent, long later) {
      long time = now + later;
      ProbeStateMachine.Step step = kinds.probeStateMachine().step(healthState, healthEvent, time);
      Set<ProbeRole> open = EnumSet.noneOf(ProbeRole.class);
      open.addAll(asked);
      if (healthEvent instanceof HealthEvent.Answered(ProbeRole probeRole, long attempt, var _)
          && healthState.pulse(probeRole).attempt() == attempt) {
        open.remove(probeRole);
      }
      boolean saidReady = ready;
      boolean saidUnhealthy = unhealthy;
      boolean saidDead = dead;
      boolean over = healthState.over();
      for (HealthEffect healthEffect : step.orders()) {
        holds(!over, "no effects after the end");
        switch (healthEffect) {
          case HealthEffect.Ask(ProbeRole probeRole, long _) ->
              holds(open.add(probeRole), "one attempt per probe at a time");
          case HealthEffect.GiveUp(ProbeRole probeRole, long attempt) -> {
            holds(open.remove(probeRole), "only an attempt in progress is cancelled");
            holds(
                healthState.pulse(probeRole).attempt() == attempt,
                "the current attempt is cancelled");
          }
          case HealthEffect.SayReady() -> {
            holds(!saidReady && !kinds.ready() && kinds.gates(), "ready is reported once");
            saidReady = true;
          }
          case HealthEffect.SayNotYet(String _) ->
              holds(!saidReady, "a process that was ready is never reported as not ready");
          case HealthEffect.SayUnhealthy(String _) -> {
            holds(!saidUnhealthy, "unhealthy and recovered alternate");
            holds(
                saidReady || kinds.ready() || !kinds.gates(),
                "only a process that was ready is unhealthy");
            saidUnhealthy = true;
          }
          case HealthEffect.SayRecovered() -> {
            holds(saidUnhealthy, "unhealthy and recovered alternate");
            saidUnhealthy = false;
          }
          case HealthEffect.SayDead(String _) -> {
            holds(!saidDead && kinds.liveness() > 0, "dead is reported once");
            saidDead = true;
          }
        }
      }
      HealthState next = step.next();
      holds(
          !next.over() || (open.isEmpty() && next.due().isEmpty()),
          "nothing is pending at the end");
      for (ProbeRole probeRole : ProbeRole.values()) {
        holds(
            next.pulse(probeRole).asking() == open.contains(probeRole),
            "an attempt in progress is awaited");
        holds(
            !open.contains(probeRole) || next.pulse(probeRole).due().isPresent(),
            "every attempt has a timeout");
      }
      return new World(next, time, open, saidReady, saidUnhealthy, saidDead);
    }

    List<HealthEvent> possible(boolean ready) {
      List<HealthEvent> news =
          new ArrayList<>(List.of(new HealthEvent.Began(ready), new HealthEvent.Tick()));
      for (ProbeRole probeRole : ProbeRole.values()) {
        long attempt = healthState.pulse(probeRole).attempt();
        news.add(new HealthEvent.Answered(probeRole, attempt, new ProbeResult.Passed()));
        news.add(new HealthEvent.Answered(probeRole, attempt, new ProbeResult.Failed("ill")));
        news.add(new HealthEvent.Answered(probeRole, attempt - 1, new ProbeResult.Passed()));
        news.add(new HealthEvent.Heard(probeRole));
        news.add(new HealthEvent.Unheard(probeRole, "deaf"));
      }
      news.add(new HealthEvent.Failing("failing"));
      news.add(new HealthEvent.Left());
      return news;
    }

    /// Returns the state without the values that would make the number of states infinite.
    World essence() {
      Map<ProbeRole, ProbeState> pulses = new EnumMap<>(ProbeRole.class);
      healthState
          .pulses()
          .forEach((probeRole, probeState) -> {
            OptionalLong due =
                probeState.due().isPresent()
                    ? OptionalLong.of(Math.max(0, probeState.due().getAsLong() - now))
                    : probeState.due();
            // The time of the latest attempt matters only until it is answered.
            long asked = probeState.asking() ? probeState.askedAt() - now : 0;
            pulses.put(
                probeRole,
                new ProbeState(
                    due,
                    5,
                    probeState.asking(),
                    asked,
                    Math.min(COUNTED, probeState.failures()),
                    Math.min(COUNTED, probeState.passes()),
                    probeState.heard(),
                    probeState.finding()));
          });
      var small =
          new HealthState(healthState.stage(), pulses, healthState.unhealthy(), healthState.told());
      return new World(small, 0, asked, ready, unhealthy, dead);
    }
  }

  private static void holds(boolean rule, String words) {
    if (!rule) {
      throw new AssertionError(words);
    }
  }

  private static final World BEGIN = new World(HealthState.NEW, 0, Set.of(), false, false, false);

  @ParameterizedTest
  @Representatives({1, 7, 15, 22, 29, 36, 42, 51})
  @MethodSource("kinds")
  void everyStateKeepsTheRules(Kinds kinds) {
    Set<World> seen = new HashSet<>(Set.of(BEGIN));
    Deque<World> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      World world = open.remove();
      for (HealthEvent healthEvent : world.possible(kinds.ready())) {
        for (long later :
            healthEvent instanceof HealthEvent.Tick ? new long[] {0, STEP} : new long[] {0}) {
          World next = world.after(kinds, healthEvent, later).essence();
          if (seen.add(next)) {
            open.add(next);
          }
        }
      }
      Assertions.assertThat(seen.size()).as("number of states").isLessThan(200_000);
    }
  }

  @ParameterizedTest
  @Representatives({1, 11, 21, 31, 41, 51})
  @MethodSource("kinds")
  void longWaysKeepTheRulesToo(Kinds kinds) {
    long seed = Long.getLong("jpm.seed", 6);
    var random = new SplittableRandom(seed);
    World world = BEGIN;
    for (int i = 0; i < 50_000; i++) {
      List<HealthEvent> possible = world.possible(kinds.ready());
      HealthEvent healthEvent = possible.get(random.nextInt(possible.size()));
      boolean rare =
          healthEvent instanceof HealthEvent.Left || healthEvent instanceof HealthEvent.Failing;
      if (rare && random.nextInt(200) != 0) {
        continue;
      }
      try {
        world = world.after(kinds, healthEvent, random.nextLong(3 * STEP));
      } catch (AssertionError error) {
        throw new AssertionError("seed %d, step %d, %s".formatted(seed, i, world), error);
      }
      if (world.healthState().over()) {
        world = BEGIN;
      }
    }
  }
}
