package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Explores every state that the machine and its environment can reach, with every event at any
/// time and the death of the daemon among them, and checks [ModelRules] on every transition.
class SupervisionClosureTest {
  // A changed number means that other states have become reachable: find out which before you
  // change it.
  private static final int WIDEST_STATES = 525;
  private static final int WIDEST_TRANSITIONS = 11_608;
  private static final int ALL_STATES = 3_737;
  private static final int ALL_TRANSITIONS = 78_387;

  private static final int TRIAL_STATES = 239;
  private static final int TRIAL_TRANSITIONS = 5_050;

  private static final int WINDOW_STATES = 7_914;
  private static final int WINDOW_TRANSITIONS = 177_530;

  @Test
  void candidatesKeepTheRules() {
    int states = 0;
    int transitions = 0;
    for (SupervisionPolicy supervisionPolicy : PolicySets.candidates()) {
      StateSpaceExploration stateSpaceExploration =
          StateSpaceExploration.of(Supervision::step, supervisionPolicy).checked();
      states += stateSpaceExploration.states();
      transitions += stateSpaceExploration.transitions();
    }
    assertThat(states).isEqualTo(TRIAL_STATES);
    assertThat(transitions).isEqualTo(TRIAL_TRANSITIONS);
  }

  @Test
  void everyReachableStateKeepsTheRulesForAllPolicies() {
    int states = 0;
    int transitions = 0;
    for (SupervisionPolicy supervisionPolicy : PolicySets.all()) {
      StateSpaceExploration stateSpaceExploration =
          StateSpaceExploration.of(Supervision::step, supervisionPolicy).checked();
      states += stateSpaceExploration.states();
      transitions += stateSpaceExploration.transitions();
    }
    assertThat(states).isEqualTo(ALL_STATES);
    assertThat(transitions).isEqualTo(ALL_TRANSITIONS);
  }

  @Test
  void everyReachableStateKeepsTheRulesWithARestartWindow() {
    int states = 0;
    int transitions = 0;
    for (SupervisionPolicy supervisionPolicy : PolicySets.windowed()) {
      StateSpaceExploration stateSpaceExploration =
          StateSpaceExploration.of(Supervision::step, supervisionPolicy).checked();
      states += stateSpaceExploration.states();
      transitions += stateSpaceExploration.transitions();
    }
    assertThat(states).isEqualTo(WINDOW_STATES);
    assertThat(transitions).isEqualTo(WINDOW_TRANSITIONS);
  }

  @Test
  void numberOfStatesOfTheWidestPoliciesIsKnown() {
    StateSpaceExploration stateSpaceExploration =
        StateSpaceExploration.of(Supervision::step, PolicySets.WIDEST);
    assertThat(stateSpaceExploration.states()).isEqualTo(WIDEST_STATES);
    assertThat(stateSpaceExploration.transitions()).isEqualTo(WIDEST_TRANSITIONS);
  }

  @ParameterizedTest
  @EnumSource
  void everyPlantedFaultIsDetected(PlantedFault plantedFault) {
    assertThat(
            StateSpaceExploration.of(Supervision::step, plantedFault.policies()).checked().states())
        .isPositive();
    assertThatThrownBy(() ->
            StateSpaceExploration.of(plantedFault.machine(), plantedFault.policies()).checked())
        .isInstanceOf(AssertionError.class)
        .hasMessageStartingWith(plantedFault.rule() + ":");
  }

  @Test
  void everyRuleIsBrokenBySomePlantedFault() {
    Set<String> broken =
        Stream.of(PlantedFault.values()).map(PlantedFault::rule).collect(Collectors.toSet());
    assertThat(broken).containsExactlyInAnyOrderElementsOf(rules());
  }

  private static List<String> rules() {
    return Stream.of(ModelRules.class, StateSpaceExploration.class)
        .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
        .filter(field -> Modifier.isStatic(field.getModifiers()))
        .filter(field -> field.getType() == String.class)
        .map(SupervisionClosureTest::text)
        .toList();
  }

  private static String text(Field field) {
    try {
      return (String) field.get(null);
    } catch (IllegalAccessException error) {
      throw new AssertionError(error);
    }
  }
}
