package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.process.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The daemon dies at any point of any boot, any number of times in succession.
class DaemonRestartModelTest {
  private static final List<SupervisionPolicy> RULES =
      List.of(
          PolicySets.PLAIN,
          PolicySets.plainBut(PolicySets.BACKOFF, 1),
          PolicySets.plainBut(PolicySets.READINESS, 1),
          PolicySets.plainBut(PolicySets.DEPENDENT, 1));

  @Test
  void successiveDaemonsMakeNoDuplicateLoseNoProcessAndFinishStops() {
    for (SupervisionPolicy supervisionPolicy : RULES) {
      assertThat(DaemonRestartModel.explore(supervisionPolicy, AdoptionSelector::select, true))
          .isGreaterThan(1000);
    }
  }

  @Test
  void journalWithoutUnadoptedProcessesCausesADuplicate() {
    assertThatThrownBy(() ->
            DaemonRestartModel.explore(
                PolicySets.PLAIN, DaemonRestartModelTest::onlyLaunching, false))
        .hasMessageStartingWith(DaemonRestartModel.NO_DUPLICATE);
  }

  /// Adopts an unrecorded process of the same generation only while it is being launched.
  private static Optional<AdoptionSelector.AdoptableProcess<Long>> onlyLaunching(
      InstanceState state, Optional<Long> recorded, Map<Long, Long> tagged) {
    return AdoptionSelector.select(state, recorded, tagged)
        .filter(found ->
            recorded.isPresent()
                || state.phase() == Phase.LAUNCHING
                || found.generation() > state.generation());
  }
}
