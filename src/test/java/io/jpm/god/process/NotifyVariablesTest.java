package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Check;
import io.jpm.model.Command;
import io.jpm.model.Health;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.WorkerId;
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

  private static Map<String, String> variables(Health health) {
    var command = new Command(Path.of("/bin/app"), Optional.empty(), List.of(), List.of());
    AppSpec spec = AppSpec.of(new AppName("web"), command, Path.of("/")).health(health).build();
    Map<String, String> variables = new HashMap<>(INHERITED);
    NotifyVariables.add(
        variables, Path.of("/home/me/.jpm"), spec, new WorkerId(new InstanceId(3), 8, 2));
    return variables;
  }

  private static Optional<Health.Probe> probe(Check check) {
    var rhythm =
        new Check.Rhythm(Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 1, Duration.ZERO);
    return Optional.of(new Health.Probe(check, rhythm));
  }

  @Test
  void whoIsNotAskedToSpeakLearnsNothing() {
    assertThat(variables(Health.NONE)).isEqualTo(INHERITED);
    assertThat(variables(new Health(Optional.empty(), probe(new Check.Log("x")), Optional.empty())))
        .isEqualTo(INHERITED);
  }

  @Test
  void whoSaysWhetherItIsReadyLearnsWhere() {
    assertThat(variables(new Health(Optional.empty(), probe(new Check.Notify()), Optional.empty())))
        .isEqualTo(Map.of("NOTIFY_SOCKET", "/home/me/.jpm/notify/3-8-2", "A", "b"));
  }

  @Test
  void whoSaysWhetherItIsAliveLearnsHowOftenToo() {
    assertThat(variables(new Health(Optional.empty(), Optional.empty(), probe(new Check.Notify()))))
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
