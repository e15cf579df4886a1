package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Phase;
import io.jpm.supervise.ModelState.Source;
import io.jpm.supervise.ModelState.Transition;
import io.jpm.supervise.ModelState.Violation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Long random runs of many instances, with limits too large for the exhaustive exploration.
/// `-Djpm.seed` repeats a failure.
@Tag("slow")
class SupervisionRandomTest {
  private static final int STEPS = 300_000;

  /// The probability that a user, a trigger or the death of the daemon intervenes: low enough for
  /// large limits to be reached.
  private static final double INTERFERENCE = 0.02;

  private static List<SupervisionPolicy> policies() {
    List<SupervisionPolicy> all = new ArrayList<>();
    List<Backoff> backoffs =
        List.of(
            Backoff.NONE,
            new Backoff.Constant(Duration.ofMillis(100)),
            new Backoff.Exponential(Duration.ofMillis(100), Backoff.Exponential.DEFAULT_CAP, 0.25));
    for (int maxRestarts : new int[] {4, 16, 100}) {
      for (Backoff backoff : backoffs) {
        for (StopPolicy stop :
            List.of(
                StopPolicy.DEFAULT,
                InstanceDriver.byMessage(),
                InstanceDriver.byCommand(true),
                InstanceDriver.byCommand(false))) {
          boolean odd = all.size() % 2 == 1;
          all.add(
              new SupervisionPolicy(
                  new RestartPolicy(
                      RestartPolicy.When.ALWAYS,
                      maxRestarts,
                      Duration.ofSeconds(1),
                      backoff,
                      RestartPolicy.DEFAULT.stopExitCodes()),
                  stop,
                  new ReadinessPolicy(odd, Duration.ofSeconds(3)),
                  all.size() % 3 == 0));
        }
      }
    }
    return all;
  }

  @Test
  void longRandomRunsKeepTheRules() {
    long seed = Long.getLong("jpm.seed", 20_261_121L);
    var random = new SplittableRandom(seed);
    List<SupervisionPolicy> policies = policies();
    List<ModelState> worlds =
        new ArrayList<>(policies.stream().map(_ -> ModelState.BEGIN).toList());
    Map<Phase, Integer> seen = new EnumMap<>(Phase.class);
    for (int step = 0; step < STEPS; step++) {
      int which = random.nextInt(worlds.size());
      ModelState modelState = worlds.get(which);
      Transition chosen = choose(modelState.transitions(policies.get(which)), random);
      try {
        worlds.set(which, take(modelState, chosen, policies.get(which)));
      } catch (Violation violation) {
        throw new AssertionError(
            "-Djpm.seed=%d step %d instance %d: %s in %s"
                .formatted(seed, step, which, chosen, modelState),
            violation);
      }
      seen.merge(worlds.get(which).state().phase(), 1, Integer::sum);
    }
    assertThat(seen).containsOnlyKeys(Phase.values());
    assertThat(worlds).allMatch(modelState -> modelState.state().generation() > 200);
  }

  private static Transition choose(List<Transition> possible, SplittableRandom random) {
    List<Transition> news =
        possible.stream().filter(p -> p.source() == Source.SPONTANEOUS).toList();
    List<Transition> from = news.isEmpty() || random.nextDouble() < INTERFERENCE ? possible : news;
    return from.get(random.nextInt(from.size()));
  }

  private static ModelState take(
      ModelState modelState, Transition chosen, SupervisionPolicy supervisionPolicy) {
    Step step =
        Supervision.step(modelState.state(), chosen.event(), supervisionPolicy, chosen.now());
    return ModelState.after(chosen, step, supervisionPolicy);
  }
}
