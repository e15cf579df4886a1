package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.Phase;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Signal;
import io.jpm.model.StopPolicy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Walks every state the machine and its world can be in and checks the rules of [World] on every
/// edge.
class SupervisionClosureTest {
  /// The machine under test, or one with a planted fault.
  @FunctionalInterface
  interface Machine {
    Step step(Supervised state, Event event, Policies policies, long now);
  }

  private record Walk(Map<World, List<World>> edges, int transitions) {}

  static Stream<Policies> policies() {
    List<Policies> all = new ArrayList<>();
    for (boolean autorestart : new boolean[] {true, false}) {
      for (int maxRestarts : new int[] {0, 1, 3}) {
        for (Duration delay : List.of(Duration.ZERO, Duration.ofMillis(100))) {
          for (boolean wholeTree : new boolean[] {true, false}) {
            all.add(policies(autorestart, maxRestarts, delay, wholeTree));
          }
        }
      }
    }
    return all.stream();
  }

  private static Policies policies(boolean auto, int max, Duration delay, boolean wholeTree) {
    return new Policies(
        new RestartPolicy(
            auto ? RestartPolicy.When.ALWAYS : RestartPolicy.When.NEVER,
            max,
            Duration.ofSeconds(1),
            delay),
        new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), wholeTree),
        Readiness.DEFAULT,
        false);
  }

  private static final Policies USUAL = policies(true, 3, Duration.ZERO, true);

  @ParameterizedTest
  @MethodSource("policies")
  void everyReachableStateKeepsTheRules(Policies policies) {
    assertThat(walk(Supervision::step, policies).edges()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("policies")
  void newsOfAnEarlierGenerationChangesNothing(Policies policies) {
    for (World world : walk(Supervision::step, policies).edges().keySet()) {
      for (Event event : world.stale()) {
        Step step = Supervision.step(world.state(), event, policies, 0);
        assertThat(step).as("%s in %s", event, world).isEqualTo(Step.to(world.state()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policies")
  void whateverHappensAStopEndsInStopped(Policies policies) {
    for (World world : walk(Supervision::step, policies).edges().keySet()) {
      Step stop = Supervision.step(world.state(), new Event.StopAsked(), policies, 0);
      assertThat(endsInStopped(world.after(stop, policies), policies))
          .as("after a stop in %s", world)
          .isTrue();
    }
  }

  @Test
  void theNumberOfStatesIsKnown() {
    Walk walk = walk(Supervision::step, USUAL);
    // A surprise here is news: look at what has become reachable before you change the number.
    assertThat(walk.edges().size()).isEqualTo(STATES);
    assertThat(walk.transitions()).isEqualTo(TRANSITIONS);
  }

  private static final int STATES = 45;
  private static final int TRANSITIONS = 237;

  @Test
  void aSpawnWhileTheOldOneLivesIsFound() {
    assertFound(
        "at most one live generation",
        (state, event, policies, now) -> {
          Step right = Supervision.step(state, event, policies, now);
          return event instanceof Event.RestartAsked && state.phase() == Phase.ONLINE
              ? new Step(right.next(), List.of(new Effect.Spawn(right.next().generation())))
              : right;
        });
  }

  @Test
  void aForgottenKillTimerIsFound() {
    assertFound(
        "stopping has a limit",
        (state, event, policies, now) -> {
          Step right = Supervision.step(state, event, policies, now);
          return new Step(
              right.next(),
              right.effects().stream()
                  .filter(effect -> !(effect instanceof Effect.StartTimer))
                  .toList());
        });
  }

  @Test
  void aStopForgottenDuringTheSpawnIsFound() {
    assertFound(
        "online is wanted up",
        (state, event, policies, now) ->
            event instanceof Event.Spawned
                ? Step.to(state.onlineSince(now).in(Phase.ONLINE, "planted"))
                : Supervision.step(state, event, policies, now));
  }

  @Test
  void aBrakeThatNeverBitesIsFound() {
    assertFound(
        "never more unstable ends than max_restarts",
        (state, event, policies, now) ->
            Supervision.step(
                state,
                event,
                new Policies(
                    new RestartPolicy(
                        RestartPolicy.When.ALWAYS, 1000, Duration.ofSeconds(1), Duration.ZERO),
                    policies.stop(),
                    policies.readiness(),
                    policies.dependent()),
                now));
  }

  @Test
  void aSuccessorBesideLeftoversIsFound() {
    assertFound(
        "a successor starts only when the tree is gone",
        (state, event, policies, now) ->
            event instanceof Event.Exited(long generation, var exit, boolean _)
                ? Supervision.step(state, new Event.Exited(generation, exit, false), policies, now)
                : Supervision.step(state, event, policies, now));
  }

  private static void assertFound(String rule, Machine machine) {
    assertThatThrownBy(() -> walk(machine, USUAL)).hasMessageContaining(rule);
  }

  /// Breadth first, so that the path to a violation is the shortest there is.
  private static Walk walk(Machine machine, Policies policies) {
    Map<World, List<World>> edges = new HashMap<>();
    Map<World, String> pathTo = new HashMap<>();
    Deque<World> todo = new ArrayDeque<>();
    World begin = World.BEGIN.essence();
    todo.add(begin);
    pathTo.put(begin, "begin");
    int transitions = 0;
    while (!todo.isEmpty()) {
      World world = todo.remove();
      List<World> successors = new ArrayList<>();
      for (World.Possible possible : world.possible(policies)) {
        transitions++;
        String path = pathTo.get(world) + " > " + possible.words();
        World next = take(machine, policies, world, possible, path);
        successors.add(next);
        if (pathTo.putIfAbsent(next, path) == null) {
          todo.add(next);
        }
      }
      edges.put(world, successors);
      assertThat(edges.size()).as("the walk must close").isLessThan(10_000);
    }
    return new Walk(edges, transitions);
  }

  private static World take(
      Machine machine, Policies policies, World world, World.Possible possible, String path) {
    try {
      Step step = machine.step(world.state(), possible.event(), policies, possible.now());
      return possible.before().after(step, policies).essence();
    } catch (World.Violation violation) {
      throw new AssertionError(violation.getMessage() + " — path: " + path, violation);
    }
  }

  /// Whether, with no further command, what can happen always leads to `stopped` in the end.
  private static boolean endsInStopped(World from, Policies policies) {
    Set<World> seen = new HashSet<>();
    Deque<World> todo = new ArrayDeque<>();
    todo.add(from.essence());
    boolean reached = false;
    while (!todo.isEmpty()) {
      World world = todo.remove();
      if (!seen.add(world)) {
        continue;
      }
      if (world.state().phase() == Phase.STOPPED) {
        reached = true;
        continue;
      }
      List<World.Possible> natural =
          world.possible(policies).stream().filter(p -> !p.words().endsWith("asked")).toList();
      if (natural.isEmpty()) {
        return false;
      }
      natural.forEach(p ->
          todo.add(
              p.before()
                  .after(Supervision.step(world.state(), p.event(), policies, p.now()), policies)
                  .essence()));
    }
    return reached;
  }
}
