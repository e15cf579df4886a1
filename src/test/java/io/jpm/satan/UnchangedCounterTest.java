package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.run.TreeUsage;
import io.jpm.wire.UsageMessage;
import io.jpm.wire.UsageMessage.OfInstance;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UnchangedCounterTest {
  private static final long MIB = 1 << 20;

  private final UnchangedCounter unchangedCounter = new UnchangedCounter();

  private int saw(OfInstance... instances) {
    unchangedCounter.saw(new UsageMessage(0, Optional.empty(), 0, List.of(instances)));
    return unchangedCounter.looks();
  }

  private static OfInstance web(int pid, double cpu, long bytes) {
    var tree = new TreeUsage(1, bytes, 1, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty());
    return new OfInstance("web", 0, pid, cpu, tree);
  }

  @Test
  void whatIsAlikeAddsUp() {
    assertThat(saw(web(10, 0, 64 * MIB))).isZero();
    assertThat(saw(web(10, 1, 65 * MIB))).isEqualTo(1);
    assertThat(saw(web(10, 0.5, 64 * MIB))).isEqualTo(2);
  }

  @Test
  void anyChangeThatSomebodyWouldSeeBeginsItAnew() {
    saw(web(10, 0, 64 * MIB));
    saw(web(10, 0, 64 * MIB));
    assertThat(saw(web(10, 3, 64 * MIB))).as("count after a changed load").isZero();
    saw(web(10, 3, 64 * MIB));
    assertThat(saw(web(10, 3, 67 * MIB))).as("count after changed memory").isZero();
    saw(web(10, 3, 67 * MIB));
    assertThat(saw(web(11, 3, 67 * MIB))).as("count after a new process").isZero();
    saw(web(11, 3, 67 * MIB));
    assertThat(saw()).as("count after a removed instance").isZero();
    assertThat(saw()).isEqualTo(1);
  }

  @Test
  void slowGrowthIsSeenAgainstTheLookBefore() {
    saw(web(10, 0, 64 * MIB));
    assertThat(saw(web(10, 0, 65 * MIB))).isEqualTo(1);
    assertThat(saw(web(10, 0, 66 * MIB))).isEqualTo(2);
  }

  @Test
  void somebodyNewEndsIt() {
    saw(web(10, 0, MIB));
    saw(web(10, 0, MIB));
    unchangedCounter.end();
    assertThat(unchangedCounter.looks()).isZero();
  }
}
