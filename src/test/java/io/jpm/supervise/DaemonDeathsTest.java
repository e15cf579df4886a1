package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.run.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The daemon dies at any point of any boot, any number of times in succession.
class DaemonDeathsTest {
  private static final List<Policies> RULES =
      List.of(
          PolicySets.PLAIN,
          PolicySets.plainBut(PolicySets.BACKOFF, 1),
          PolicySets.plainBut(PolicySets.READINESS, 1),
          PolicySets.plainBut(PolicySets.DEPENDENT, 1));

  @Test
  void nothingRunsTwiceNothingIsForgottenAndEachStopIsFinished() {
    for (Policies policies : RULES) {
      assertThat(DaemonDeaths.walk(policies, Inheritance::of, true)).isGreaterThan(1000);
    }
  }

  @Test
  void aJournalThatForgetsWhatIsNotAdoptedYetMakesASecondProcess() {
    assertThatThrownBy(
            () -> DaemonDeaths.walk(PolicySets.PLAIN, DaemonDeathsTest::onlyLaunching, false))
        .hasMessageStartingWith(DaemonDeaths.ONE_LIFE);
  }

  /// Adopts an unrecorded process of the same generation only while it is being launched.
  private static Optional<Inheritance.Candidate<Long>> onlyLaunching(
      Supervised state, Optional<Long> recorded, Map<Long, Long> tagged) {
    return Inheritance.of(state, recorded, tagged)
        .filter(found ->
            recorded.isPresent()
                || state.phase() == Phase.LAUNCHING
                || found.generation() > state.generation());
  }
}
