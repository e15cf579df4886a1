package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotifyVariablesTest {
  private static final Map<String, String> INHERITED =
      Map.of("NOTIFY_SOCKET", "/other", "WATCHDOG_PID", "1", "WATCHDOG_USEC", "5", "A", "b");

  private static Map<String, String> variables(HealthProbes healthProbes) {
    var appCommand = new AppCommand(Path.of("/bin/app"), Optional.empty(), List.of(), List.of());
    AppSpec spec =
        AppSpec.builder(new AppName("web"), appCommand, Path.of("/")).health(healthProbes).build();
    Map<String, String> variables = new HashMap<>(INHERITED);
    NotifyVariables.add(
        variables, Path.of("/home/me/.jpm"), spec, new WorkerId(new InstanceId(3), 8, 2));
    return variables;
  }

  private static Optional<HealthProbes.Probe> probe(ProbeHandler probeHandler) {
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 1, Duration.ZERO);
    return Optional.of(new HealthProbes.Probe(probeHandler, probeTiming));
  }

  @Test
  void appWithoutNotifyProbesReceivesNoNotifyVariables() {
    assertThat(variables(HealthProbes.NONE)).isEqualTo(INHERITED);
    assertThat(
            variables(
                new HealthProbes(
                    Optional.empty(), probe(new ProbeHandler.Log("x")), Optional.empty())))
        .isEqualTo(INHERITED);
  }

  @Test
  void readinessByNotifySetsTheNotifySocket() {
    assertThat(
            variables(
                new HealthProbes(
                    Optional.empty(), probe(new ProbeHandler.Notify()), Optional.empty())))
        .isEqualTo(Map.of("NOTIFY_SOCKET", "/home/me/.jpm/notify/3-8-2", "A", "b"));
  }

  @Test
  void livenessByNotifyAlsoSetsTheWatchdogInterval() {
    assertThat(
            variables(
                new HealthProbes(
                    Optional.empty(), Optional.empty(), probe(new ProbeHandler.Notify()))))
        .isEqualTo(
            Map.of(
                "NOTIFY_SOCKET",
                "/home/me/.jpm/notify/3-8-2",
                "WATCHDOG_USEC",
                "30000000",
                "A",
                "b"));
  }
}
