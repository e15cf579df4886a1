package io.jpm.config.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.AppReader;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceSettings;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pm2VariablesTest {
  private static final Map<String, String> ALL =
      Map.of(
          "PM2_KILL_TIMEOUT", "2345",
          "PM2_KILL_SIGNAL", "SIGTERM",
          "PM2_GRACEFUL_LISTEN_TIMEOUT", "5000",
          "PM2_PROCESS_INSTANCE_VAR", "WORKER");

  @TempDir Path cwd;

  private AppsOutcome read(Map<String, String> shell, Map<String, Object> attributes) {
    Map<String, Object> all = new HashMap<>(attributes);
    all.put("script", "/bin/sh");
    return AppReader.fromCommandLine(all, new CallerContext(cwd, shell), AppDefaults.PM2);
  }

  @Test
  void variablesAreTheDefaultsOfAnApp() {
    AppSpec app = read(ALL, Map.of()).apps().getFirst();
    assertThat(app.stop().timeout()).isEqualTo(Duration.ofMillis(2345));
    assertThat(app.stop().signal()).isEqualTo(Signal.SIGTERM);
    assertThat(app.readiness().timeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(app.instances().numberVariable()).isEqualTo("WORKER");
  }

  @Test
  void attributesOfTheAppTakePrecedence() {
    AppSpec app =
        read(
                ALL,
                Map.of(
                    "kill_timeout",
                    99,
                    "kill_signal",
                    "SIGHUP",
                    "listen_timeout",
                    7000,
                    "instance_var",
                    "MINE"))
            .apps()
            .getFirst();
    assertThat(app.stop().timeout()).isEqualTo(Duration.ofMillis(99));
    assertThat(app.stop().signal()).isEqualTo(Signal.SIGHUP);
    assertThat(app.readiness().timeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(app.instances().numberVariable()).isEqualTo("MINE");
  }

  @Test
  void invalidVariablesAreIgnoredWithAWarning() {
    Map<String, String> wrong = new HashMap<>();
    ALL.keySet().forEach(name -> wrong.put(name, "a=b"));
    AppsOutcome outcome = read(wrong, Map.of());
    AppSpec app = outcome.apps().getFirst();
    assertThat(app.stop()).isEqualTo(StopPolicy.DEFAULT);
    assertThat(app.readiness()).isEqualTo(ReadinessPolicy.DEFAULT);
    assertThat(app.instances().numberVariable()).isEqualTo(InstanceSettings.NUMBER_VARIABLE);
    assertThat(outcome.warnings()).hasSize(4);
    ALL.keySet()
        .forEach(
            name -> assertThat(outcome.warnings()).anyMatch(line -> line.contains(name + "=a=b")));
  }
}
