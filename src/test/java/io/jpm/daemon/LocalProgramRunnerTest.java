package io.jpm.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.session.ExternalPrograms.Order;
import io.jpm.console.session.ExternalPrograms.Outcome;
import io.jpm.os.AppAccess;
import io.jpm.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Programs that commands run.
@Timeout(60)
class LocalProgramRunnerTest {
  private static final Duration LONG = Duration.ofSeconds(50);

  @TempDir Path dir;

  private Outcome run(Duration limit, String... command) {
    var order = new Order(List.of(command), dir, Map.of("PATH", "/usr/bin:/bin", "A", "1"), limit);
    return new LocalProgramRunner(AppAccess.OF_DAEMON).run(order).toCompletableFuture().join();
  }

  @Test
  void outputAndExitCodeAreReturned() {
    assertThat(run(LONG, "sh", "-c", "echo $A $HOME; pwd; echo err >&2; cat; exit 3"))
        .isEqualTo(new Outcome.Ended(3, "1\n" + dir + "\n", "err\n"));
  }

  @Test
  void longOutputIsTruncatedWithoutBlocking() {
    assertThat(run(LONG, "sh", "-c", "head -c 300000 /dev/zero >&2; echo end"))
        .isInstanceOfSatisfying(
            Outcome.Ended.class,
            ended -> {
              assertThat(ended.out()).isEqualTo("end\n");
              assertThat(ended.err()).hasSize(64 << 10);
            });
  }

  @Test
  void missingProgramIsReported() {
    assertThat(run(LONG, "no-such-program"))
        .isEqualTo(new Outcome.Failed("no-such-program was not found in your PATH"));
  }

  @Test
  void backgroundProcessDoesNotDelayTheResult() throws Exception {
    Outcome outcome = run(LONG, "sh", "-c", "sleep 40 & echo $!");
    assertThat(outcome).isInstanceOf(Outcome.Ended.class);
    long pid = Long.parseLong(((Outcome.Ended) outcome).out().strip());
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  @Test
  void timedOutProgramIsEndedWithItsDescendants() throws Exception {
    Outcome outcome = run(Duration.ofSeconds(2), "sh", "-c", "sleep 1000 & echo $! >pid; wait");
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Failed.class, failed -> assertThat(failed.why()).contains("longer than 2 s"));
    long pid = Long.parseLong(Files.readString(dir.resolve("pid")).strip());
    Eventually.await(
        "the started process has ended",
        LONG,
        () -> ProcessHandle.of(pid).map(one -> !one.isAlive()).orElse(true));
  }
}
