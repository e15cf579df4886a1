package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ResourceLimits;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Tests the attribute `limits`, which restricts the resources of an app.
class ResourceLimitsTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
    workspace.executable("app", "\u0000ELF");
  }

  private AppsOutcome read(String limits) {
    return workspace.read("{\"script\": \"app\", \"limits\": " + limits + "}");
  }

  private ResourceLimits limits(String json) {
    AppsOutcome outcome = read(json);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst().limits();
  }

  @Test
  void everyLimitIsRead() {
    assertThat(
            limits(
                """
                {"memory": "512M", "memory_high": "400M", "cpu": 1.5, "nofile": 65536,
                 "core": "unlimited", "cpu_time": "2h", "stack": "8M", "nproc": 0}
                """))
        .isEqualTo(
            new ResourceLimits(
                OptionalLong.of(512L << 20),
                OptionalLong.of(400L << 20),
                OptionalDouble.of(1.5),
                Map.of(
                    "nofile", 65_536L, "core", -1L, "cpu", 7_200L, "stack", 8L << 20, "nproc",
                    0L)));
  }

  @Test
  void omittedLimitsAreUnlimited() {
    assertThat(limits("{}")).isEqualTo(ResourceLimits.NONE);
    assertThat(limits("{\"memoryHigh\": null}")).isEqualTo(ResourceLimits.NONE);
    assertThat(limits("{\"core\": 0}").resources()).isEqualTo(Map.of("core", 0L));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"memory\": 512} | limits.memory | 512 is not valid: use a size of 1M or more, such as \"512M\"",
        "{\"memory\": \"512\"} | limits.memory | \"512\" is not valid: use a size of 1M or more, such as \"512M\"",
        "{\"memory\": \"1K\"} | limits.memory | \"1K\" is not valid: use a size of 1M or more, such as \"512M\"",
        "{\"cpu\": 0} | limits.cpu | 0 is not valid: use a number of cores, such as 1.5",
        "{\"cpu\": \"half\"} | limits.cpu | \"half\" is not valid: use a number of cores, such as 1.5",
        "{\"nofile\": -1} | limits.nofile | -1 is not valid: use a whole number, or \"unlimited\"",
        "{\"core\": 5} | limits.core | 5 is not valid: use a size with its unit, such as \"64M\", or \"unlimited\"",
        "{\"cpu_time\": 5} | limits.cpu_time | 5 is not valid: use a duration of 1s or more, or \"unlimited\"",
        "{\"nofiles\": 5} | limits | unknown key \"nofiles\": did you mean \"nofile\"?",
        "{\"nofile\": 5, \"noFile\": 6} | limits | unknown key \"noFile\": did you mean \"nofile\"?",
        "{\"memory\": \"1G\", \"memory_high\": \"2G\"} | limits.memory_high | is greater than memory and would never take effect: use a lower value",
        "\"512M\" | limits | \"512M\" is not an object: use {\"memory\": \"512M\", \"nofile\": 65536}",
      })
  void invalidLimitIsReportedWithItsLocation(String json, String where, String what) {
    List<String> sentences = Workspace.messages(read(json));
    assertThat(sentences).singleElement().asString().contains(where).endsWith(what);
    assertThat(sentences.getFirst()).contains("ecosystem.json:1");
  }

  @Test
  void allProblemsAreReportedTogether() {
    assertThat(Workspace.messages(read("{\"memory\": 1, \"cpu\": -1, \"stack\": 7}"))).hasSize(3);
  }
}
