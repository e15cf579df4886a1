package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.run.Phase;
import io.jpm.supervise.World.Possible;
import io.jpm.supervise.World.Source;
import io.jpm.supervise.World.Violation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Explores every state of the model that is reachable from the initial one, breadth first, so that
/// the path to a violation is the shortest.
final class Walk {
  static final String ENDS_STOPPED = "after a stop every path ends in stopped";
  static final String ENDS = "no state waits forever";
  static final String STALE = "an event of an earlier generation changes nothing";

  /// The state machine under test, or one with a planted fault.
  @FunctionalInterface
  interface Machine {
    Step step(Supervised state, Event event, Policies policies, long now);
  }

  private record Origin(int parent, String words) {}

  private record Edge(int from, int to) {}

  private final Machine machine;
  private final Policies policies;
  private final Map<World, Integer> numbers = new HashMap<>();
  private final List<World> worlds = new ArrayList<>();
  private final List<Origin> origins = new ArrayList<>();
  private final List<Edge> news = new ArrayList<>();
  private int transitions;

  private Walk(Machine machine, Policies policies) {
    this.machine = machine;
    this.policies = policies;
  }

  /// Explores the model until there are no new states.
  ///
  /// @throws AssertionError if a rule of [WorldRules] is broken, with the path to the violation
  static Walk of(Machine machine, Policies policies) {
    var walk = new Walk(machine, policies);
    walk.number(World.BEGIN.essence(), new Origin(-1, "begin"));
    for (int next = 0; next < walk.worlds.size(); next++) {
      walk.from(next);
      assertThat(next).as("the number of states must be finite").isLessThan(20_000);
    }
    return walk;
  }

  int states() {
    return worlds.size();
  }

  int transitions() {
    return transitions;
  }

  private void from(int number) {
    World world = worlds.get(number);
    for (Possible possible : world.possible(policies)) {
      transitions++;
      int to = number(take(world, number, possible), new Origin(number, possible.words()));
      if (possible.source() == Source.NEWS && to != number) {
        news.add(new Edge(number, to));
      }
    }
  }

  private World take(World world, int number, Possible possible) {
    Step step = machine.step(world.state(), possible.event(), policies, possible.now());
    try {
      return World.after(possible, step, policies).essence();
    } catch (Violation violation) {
      String way = way(number) + " > " + possible.words();
      throw new AssertionError(violation.getMessage() + ": " + way + " " + policies, violation);
    }
  }

  private int number(World world, Origin origin) {
    Integer known = numbers.putIfAbsent(world, worlds.size());
    if (known != null) {
      return known;
    }
    worlds.add(world);
    origins.add(origin);
    return worlds.size() - 1;
  }

  private String way(int number) {
    Deque<String> words = new ArrayDeque<>();
    for (int i = number; i >= 0; i = origins.get(i).parent()) {
      words.addFirst(origins.get(i).words());
    }
    return String.join(" > ", words);
  }

  /// Checks the rules that concern the whole graph.
  Walk checked() {
    staleNewsChangesNothing();
    allCanReach(
        ENDS_STOPPED,
        world -> world.state().desiredState() == DesiredState.DOWN,
        world -> world.state().phase() == Phase.STOPPED);
    allCanReach(ENDS, _ -> true, world -> isSettled(world.state().phase()));
    return this;
  }

  private static boolean isSettled(Phase phase) {
    return switch (phase) {
      case STOPPED, ERRORED, ONLINE -> true;
      case LAUNCHING, STOPPING, WAITING_RESTART -> false;
    };
  }

  private void staleNewsChangesNothing() {
    for (int number = 0; number < worlds.size(); number++) {
      World world = worlds.get(number);
      for (Event event : world.stale()) {
        Step step = machine.step(world.state(), event, policies, 0);
        if (!step.equals(Step.to(world.state()))) {
          throw new AssertionError(STALE + ": " + way(number) + " > " + event + " " + policies);
        }
      }
    }
  }

  /// Checks that each of `these` reaches one of `those` eventually, without any command, trigger or
  /// death of the daemon, so that no path leads into a trap.
  private void allCanReach(String rule, Predicate<World> these, Predicate<World> those) {
    Map<Integer, List<Integer>> before = new HashMap<>();
    news.forEach(
        edge -> before.computeIfAbsent(edge.to(), _ -> new ArrayList<>()).add(edge.from()));
    var reaching = new BitSet();
    Deque<Integer> todo = new ArrayDeque<>();
    for (int number = 0; number < worlds.size(); number++) {
      if (those.test(worlds.get(number))) {
        todo.add(number);
      }
    }
    while (!todo.isEmpty()) {
      int number = todo.remove();
      if (!reaching.get(number)) {
        reaching.set(number);
        todo.addAll(before.getOrDefault(number, List.of()));
      }
    }
    for (int number = 0; number < worlds.size(); number++) {
      if (these.test(worlds.get(number)) && !reaching.get(number)) {
        throw new AssertionError(rule + ": " + way(number) + " " + policies);
      }
    }
  }
}
