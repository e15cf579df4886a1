package io.jpm.satan.health;

import io.jpm.model.ProbeHandler;
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
class ProbeStateMachineExplorationTest {
  private static final long STEP = Duration.ofMillis(500).toNanos();
  private static final int COUNTED = 3;

  /// The probes of an app: 0 none, 1 active, 2 passive.
  record ProbeSet(int startup, int readiness, int liveness, boolean ready) {
    ProbeStateMachine probeStateMachine() {
      Map<ProbeKind, ProbeConfig> rules = new EnumMap<>(ProbeKind.class);
      add(rules, ProbeKind.STARTUP, startup);
      add(rules, ProbeKind.READINESS, readiness);
      add(rules, ProbeKind.LIVENESS, liveness);
      return new ProbeStateMachine(rules);
    }

    private static void add(Map<ProbeKind, ProbeConfig> rules, ProbeKind probeKind, int kind) {
      if (kind > 0) {
        var probeTiming =
            new ProbeHandler.ProbeTiming(
                Duration.ofSeconds(1),
                Duration.ofMillis(probeKind == ProbeKind.LIVENESS ? 1500 : 500),
                probeKind == ProbeKind.STARTUP ? 1 : 2,
                probeKind == ProbeKind.READINESS ? 2 : 1,
                Duration.ZERO);
        rules.put(probeKind, new ProbeConfig(probeTiming, kind == 1, "silence"));
      }
    }

    boolean gates() {
      return startup + readiness > 0;
    }
  }

  static Stream<ProbeSet> kinds() {
    List<ProbeSet> all = new ArrayList<>();
    for (int i = 0; i < 54; i++) {
      all.add(new ProbeSet(i % 3, i / 3 % 3, i / 9 % 3, i / 27 == 1));
    }
    return all.stream();
  }

  /// A state of the model: the health state of a process and what was reported about it.
  ///
  /// @param asked the probes that have an attempt in progress, according to the effects
  record ModelState(
      HealthState healthState,
      long now,
      Set<ProbeKind> asked,
      boolean ready,
      boolean unhealthy,
      boolean dead) {
    ModelState after(ProbeSet probeSet, HealthEvent healthEvent, long later) {
      long time = now + later;
      ProbeStateMachine.Step step =
          probeSet.probeStateMachine().step(healthState, healthEvent, time);
      Set<ProbeKind> open = EnumSet.noneOf(ProbeKind.class);
      open.addAll(asked);
      if (healthEvent
              instanceof HealthEvent.AttemptFinished(ProbeKind probeKind, long attempt, var _)
          && healthState.probe(probeKind).attempt() == attempt) {
        open.remove(probeKind);
      }
      boolean saidReady = ready;
      boolean saidUnhealthy = unhealthy;
      boolean saidDead = dead;
      boolean over = healthState.isOver();
      for (HealthEffect healthEffect : step.orders()) {
        check(!over, "no effects after the end");
        switch (healthEffect) {
          case HealthEffect.StartAttempt(ProbeKind probeKind, long _) ->
              check(open.add(probeKind), "one attempt per probe at a time");
          case HealthEffect.CancelAttempt(ProbeKind probeKind, long attempt) -> {
            check(open.remove(probeKind), "only an attempt in progress is cancelled");
            check(
                healthState.probe(probeKind).attempt() == attempt,
                "the current attempt is cancelled");
          }
          case HealthEffect.ReportReady() -> {
            check(!saidReady && !probeSet.ready() && probeSet.gates(), "ready is reported once");
            saidReady = true;
          }
          case HealthEffect.ReportNotReady(String _) ->
              check(!saidReady, "a process that was ready is never reported as not ready");
          case HealthEffect.ReportUnhealthy(String _) -> {
            check(!saidUnhealthy, "unhealthy and recovered alternate");
            check(
                saidReady || probeSet.ready() || !probeSet.gates(),
                "only a process that was ready is unhealthy");
            saidUnhealthy = true;
          }
          case HealthEffect.ReportRecovered() -> {
            check(saidUnhealthy, "unhealthy and recovered alternate");
            saidUnhealthy = false;
          }
          case HealthEffect.ReportDead(String _) -> {
            check(!saidDead && probeSet.liveness() > 0, "dead is reported once");
            saidDead = true;
          }
        }
      }
      HealthState next = step.next();
      check(
          !next.isOver() || (open.isEmpty() && next.due().isEmpty()),
          "nothing is pending at the end");
      for (ProbeKind probeKind : ProbeKind.values()) {
        check(
            next.probe(probeKind).inFlight() == open.contains(probeKind),
            "an attempt in progress is awaited");
        check(
            !open.contains(probeKind) || next.probe(probeKind).due().isPresent(),
            "every attempt has a timeout");
      }
      return new ModelState(next, time, open, saidReady, saidUnhealthy, saidDead);
    }

    List<HealthEvent> possibleEvents(boolean ready) {
      List<HealthEvent> news =
          new ArrayList<>(List.of(new HealthEvent.ProcessStarted(ready), new HealthEvent.Tick()));
      for (ProbeKind probeKind : ProbeKind.values()) {
        long attempt = healthState.probe(probeKind).attempt();
        news.add(new HealthEvent.AttemptFinished(probeKind, attempt, new ProbeResult.Passed()));
        news.add(
            new HealthEvent.AttemptFinished(probeKind, attempt, new ProbeResult.Failed("ill")));
        news.add(new HealthEvent.AttemptFinished(probeKind, attempt - 1, new ProbeResult.Passed()));
        news.add(new HealthEvent.SignalReceived(probeKind));
        news.add(new HealthEvent.SignalUnavailable(probeKind, "deaf"));
      }
      news.add(new HealthEvent.Failing("failing"));
      news.add(new HealthEvent.Stopped());
      return news;
    }

    /// Returns the state without the values that would make the number of states infinite.
    ModelState normalized() {
      Map<ProbeKind, ProbeState> pulses = new EnumMap<>(ProbeKind.class);
      healthState
          .probes()
          .forEach((probeKind, probeState) -> {
            OptionalLong due =
                probeState.due().isPresent()
                    ? OptionalLong.of(Math.max(0, probeState.due().getAsLong() - now))
                    : probeState.due();
            // The time of the latest attempt matters only until it is answered.
            long asked = probeState.inFlight() ? probeState.attemptedAt() - now : 0;
            pulses.put(
                probeKind,
                new ProbeState(
                    due,
                    5,
                    probeState.inFlight(),
                    asked,
                    Math.min(COUNTED, probeState.failures()),
                    Math.min(COUNTED, probeState.passes()),
                    probeState.signalled(),
                    probeState.failureReason()));
          });
      var small =
          new HealthState(
              healthState.stage(), pulses, healthState.unhealthy(), healthState.reportedReason());
      return new ModelState(small, 0, asked, ready, unhealthy, dead);
    }
  }

  private static void check(boolean rule, String words) {
    if (!rule) {
      throw new AssertionError(words);
    }
  }

  private static final ModelState BEGIN =
      new ModelState(HealthState.NEW, 0, Set.of(), false, false, false);

  @ParameterizedTest
  @Representatives({1, 7, 15, 22, 29, 36, 42, 51})
  @MethodSource("kinds")
  void everyReachableStateKeepsTheRules(ProbeSet probeSet) {
    Set<ModelState> seen = new HashSet<>(Set.of(BEGIN));
    Deque<ModelState> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      ModelState modelState = open.remove();
      for (HealthEvent healthEvent : modelState.possibleEvents(probeSet.ready())) {
        for (long later :
            healthEvent instanceof HealthEvent.Tick ? new long[] {0, STEP} : new long[] {0}) {
          ModelState next = modelState.after(probeSet, healthEvent, later).normalized();
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
  void longRandomWalksKeepTheRules(ProbeSet probeSet) {
    long seed = Long.getLong("jpm.seed", 6);
    var random = new SplittableRandom(seed);
    ModelState modelState = BEGIN;
    for (int i = 0; i < 50_000; i++) {
      List<HealthEvent> possible = modelState.possibleEvents(probeSet.ready());
      HealthEvent healthEvent = possible.get(random.nextInt(possible.size()));
      boolean rare =
          healthEvent instanceof HealthEvent.Stopped || healthEvent instanceof HealthEvent.Failing;
      if (rare && random.nextInt(200) != 0) {
        continue;
      }
      try {
        modelState = modelState.after(probeSet, healthEvent, random.nextLong(3 * STEP));
      } catch (AssertionError error) {
        throw new AssertionError("seed %d, step %d, %s".formatted(seed, i, modelState), error);
      }
      if (modelState.healthState().isOver()) {
        modelState = BEGIN;
      }
    }
  }
}
