package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A short run of `bench/soak` with a fixed seed: daemon, keeper and apps are killed and frozen
/// while clients change the list of apps.
@Tag("slow")
@Timeout(900)
@Tag("alone")
@Needs({Need.NODE, Need.PYTHON})
class SoakIT {
  @TempDir Path work;

  @Test
  void everyGuaranteeHoldsDuringKillsAndFreezes() throws Exception {
    Path said = work.resolve("said");
    var soak =
        new ProcessBuilder(
            List.of(
                Jpm.ROOT.resolve("bench/soak").toString(),
                "--seed",
                System.getProperty("jpm.soak.seed", "20261122"),
                "--kills",
                System.getProperty("jpm.soak.kills", "25"),
                "--freeze",
                "2",
                "--minutes",
                "8"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    soak.environment().putAll(Map.of("JPM_JAVA", java, "JPM_AOT", "off"));
    Process process = soak.redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(process.waitFor(TestDeadline.scaledSeconds(850), TimeUnit.SECONDS))
          .as("run ends")
          .isTrue();
      assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    } finally {
      process.destroy();
    }
  }
}
