package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppSpec;
import io.jpm.spec.AppKey;
import io.jpm.spec.AppKey.Support;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleFileTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"jpm.json", "jpm.json5", "jpm.yaml", "jpm.yml"})
  void sampleIsReadWithoutProblemsOrWarnings(String name) {
    Workspace place = new Workspace(dir);
    place.program("node");
    place.file("app.js", "");
    place.file(name, SampleFile.named(name).orElseThrow());
    AppsOutcome outcome =
        Workspace.readFile(
            Path.of(name), Optional.of("production"), place.callerContext(), AppDefaults.PM2);
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    AppSpec app = outcome.apps().getFirst();
    assertThat(app.name().value()).isEqualTo("app");
    assertThat(app.variables().declared()).containsEntry("NODE_ENV", "production");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.json", "a.yaml", "a.config.js", "a.config.mjs"})
  void sampleContainsEverySupportedKey(String name) {
    String sample = SampleFile.named(name).orElseThrow();
    for (AppKey key : AppKey.values()) {
      if (key.support() == Support.ACTS) {
        assertThat(sample).contains(key == AppKey.ENV_NAME ? "env_production" : key.key());
      }
    }
  }

  @Test
  void fileThatIsNotAProcessFileHasNoSample() {
    assertThat(SampleFile.named("app.js")).isEmpty();
  }
}
