package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Phase;
import io.jpm.supervise.ModelState.Source;
import io.jpm.supervise.ModelState.Transition;
import io.jpm.supervise.ModelState.Violation;
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
final class StateSpaceExploration {
  static final String ENDS_STOPPED = "after a stop every path ends in stopped";
  static final String ENDS = "no state waits forever";
  static final String STALE = "an event of an earlier generation changes nothing";

  /// The state machine under test, or one with a planted fault.
  @FunctionalInterface
  interface Machine {
    Step step(
        InstanceState state,
        SupervisionEvent supervisionEvent,
        SupervisionPolicy supervisionPolicy,
        long now);
  }

  private record Origin(int parent, String words) {}

  private record Edge(int from, int to) {}

  private final Machine machine;
  private final SupervisionPolicy supervisionPolicy;
  private final Map<ModelState, Integer> numbers = new HashMap<>();
  private final List<ModelState> states = new ArrayList<>();
  private final List<Origin> origins = new ArrayList<>();
  private final List<Edge> spontaneousEdges = new ArrayList<>();
  private int transitions;

  private StateSpaceExploration(Machine machine, SupervisionPolicy supervisionPolicy) {
    this.machine = machine;
    this.supervisionPolicy = supervisionPolicy;
  }

  /// Explores the model until there are no new states.
  ///
  /// @throws AssertionError if a rule of [ModelRules] is broken, with the path to the violation
  static StateSpaceExploration of(Machine machine, SupervisionPolicy supervisionPolicy) {
    var stateSpaceExploration = new StateSpaceExploration(machine, supervisionPolicy);
    stateSpaceExploration.numberOf(ModelState.BEGIN.normalized(), new Origin(-1, "begin"));
    for (int next = 0; next < stateSpaceExploration.states.size(); next++) {
      stateSpaceExploration.exploreFrom(next);
      assertThat(next).as("the number of states must be finite").isLessThan(20_000);
    }
    return stateSpaceExploration;
  }

  int states() {
    return states.size();
  }

  int transitions() {
    return transitions;
  }

  private void exploreFrom(int number) {
    ModelState modelState = states.get(number);
    for (Transition transition : modelState.transitions(supervisionPolicy)) {
      transitions++;
      int to =
          numberOf(apply(modelState, number, transition), new Origin(number, transition.words()));
      if (transition.source() == Source.SPONTANEOUS && to != number) {
        spontaneousEdges.add(new Edge(number, to));
      }
    }
  }

  private ModelState apply(ModelState modelState, int number, Transition transition) {
    Step step =
        machine.step(modelState.state(), transition.event(), supervisionPolicy, transition.now());
    try {
      return ModelState.after(transition, step, supervisionPolicy).normalized();
    } catch (Violation violation) {
      String way = pathTo(number) + " > " + transition.words();
      throw new AssertionError(
          violation.getMessage() + ": " + way + " " + supervisionPolicy, violation);
    }
  }

  private int numberOf(ModelState modelState, Origin origin) {
    Integer known = numbers.putIfAbsent(modelState, states.size());
    if (known != null) {
      return known;
    }
    states.add(modelState);
    origins.add(origin);
    return states.size() - 1;
  }

  private String pathTo(int number) {
    Deque<String> words = new ArrayDeque<>();
    for (int i = number; i >= 0; i = origins.get(i).parent()) {
      words.addFirst(origins.get(i).words());
    }
    return String.join(" > ", words);
  }

  /// Checks the rules that concern the whole graph.
  StateSpaceExploration checked() {
    staleEventsChangeNothing();
    allCanReach(
        ENDS_STOPPED,
        modelState -> modelState.state().desiredState() == DesiredState.DOWN,
        modelState -> modelState.state().phase() == Phase.STOPPED);
    allCanReach(ENDS, _ -> true, modelState -> isSettled(modelState.state().phase()));
    return this;
  }

  private static boolean isSettled(Phase phase) {
    return switch (phase) {
      case STOPPED, ERRORED, ONLINE -> true;
      case LAUNCHING, STOPPING, WAITING_RESTART -> false;
    };
  }

  private void staleEventsChangeNothing() {
    for (int number = 0; number < states.size(); number++) {
      ModelState modelState = states.get(number);
      for (SupervisionEvent supervisionEvent : modelState.staleEvents()) {
        Step step = machine.step(modelState.state(), supervisionEvent, supervisionPolicy, 0);
        if (!step.equals(Step.to(modelState.state()))) {
          throw new AssertionError(
              STALE + ": " + pathTo(number) + " > " + supervisionEvent + " " + supervisionPolicy);
        }
      }
    }
  }

  /// Checks that each of `these` reaches one of `those` eventually, without any command, trigger or
  /// death of the daemon, so that no path leads into a trap.
  private void allCanReach(String rule, Predicate<ModelState> these, Predicate<ModelState> those) {
    Map<Integer, List<Integer>> before = new HashMap<>();
    spontaneousEdges.forEach(
        edge -> before.computeIfAbsent(edge.to(), _ -> new ArrayList<>()).add(edge.from()));
    var reaching = new BitSet();
    Deque<Integer> todo = new ArrayDeque<>();
    for (int number = 0; number < states.size(); number++) {
      if (those.test(states.get(number))) {
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
    for (int number = 0; number < states.size(); number++) {
      if (these.test(states.get(number)) && !reaching.get(number)) {
        throw new AssertionError(rule + ": " + pathTo(number) + " " + supervisionPolicy);
      }
    }
  }
}
