package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.TreeUsage;
import io.jpm.wire.UsageMessage;
import io.jpm.wire.UsageMessage.InstanceUsage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class UnchangedCounterTest {
  private static final long MIB = 1 << 20;

  private final UnchangedCounter unchangedCounter = new UnchangedCounter();

  private int countAfter(InstanceUsage... instances) {
    unchangedCounter.add(new UsageMessage(0, Optional.empty(), 0, List.of(instances)));
    return unchangedCounter.count();
  }

  private static InstanceUsage web(int pid, double cpu, long bytes) {
    var tree = new TreeUsage(1, bytes, 1, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty());
    return new InstanceUsage("web", 0, pid, cpu, tree);
  }

  @Test
  void similarSamplesAreCounted() {
    assertThat(countAfter(web(10, 0, 64 * MIB))).isZero();
    assertThat(countAfter(web(10, 1, 65 * MIB))).isEqualTo(1);
    assertThat(countAfter(web(10, 0.5, 64 * MIB))).isEqualTo(2);
  }

  @Test
  void visibleChangeResetsTheCount() {
    countAfter(web(10, 0, 64 * MIB));
    countAfter(web(10, 0, 64 * MIB));
    assertThat(countAfter(web(10, 3, 64 * MIB))).as("count after a changed load").isZero();
    countAfter(web(10, 3, 64 * MIB));
    assertThat(countAfter(web(10, 3, 67 * MIB))).as("count after changed memory").isZero();
    countAfter(web(10, 3, 67 * MIB));
    assertThat(countAfter(web(11, 3, 67 * MIB))).as("count after a new process").isZero();
    countAfter(web(11, 3, 67 * MIB));
    assertThat(countAfter()).as("count after a removed instance").isZero();
    assertThat(countAfter()).isEqualTo(1);
  }

  @Test
  void samplesAreComparedWithThePreviousOne() {
    countAfter(web(10, 0, 64 * MIB));
    assertThat(countAfter(web(10, 0, 65 * MIB))).isEqualTo(1);
    assertThat(countAfter(web(10, 0, 66 * MIB))).isEqualTo(2);
  }

  @Test
  void endResetsTheCount() {
    countAfter(web(10, 0, MIB));
    countAfter(web(10, 0, MIB));
    unchangedCounter.end();
    assertThat(unchangedCounter.count()).isZero();
  }
}
