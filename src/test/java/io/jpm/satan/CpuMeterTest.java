package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage.CpuTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CpuMeterTest {
  private static final long SECOND = 1_000_000_000L;
  private static final ProcessIdentity A = new ProcessIdentity("b", 1, 1);

  private final CpuMeter meter = new CpuMeter();

  private static CpuTime process(int pid, long own, long ended) {
    return new CpuTime(pid, pid, own * SECOND / 10, ended * SECOND / 10);
  }

  /// Returns the load at `second`; processor time is given in tenths of a second.
  private double loadAt(long second, CpuTime... times) {
    return meter.percent(A, List.of(times), second * SECOND);
  }

  @Test
  void loadIsTheDifferenceToTheSampleBefore() {
    assertThat(loadAt(100, process(1, 50, 0))).isZero();
    assertThat(loadAt(102, process(1, 60, 0))).isEqualTo(50);
    assertThat(loadAt(104, process(1, 100, 0))).isEqualTo(200);
  }

  @Test
  void twoSamplesAtOnceGiveTheSameLoad() {
    loadAt(0, process(1, 0, 0));
    assertThat(loadAt(2, process(1, 10, 0))).isEqualTo(50);
    assertThat(meter.percent(A, List.of(process(1, 11, 0)), 2 * SECOND + 1)).isEqualTo(50);
  }

  @Test
  void treeThatIsNotSampledIsRemoved() {
    loadAt(0, process(1, 0, 0));
    meter.forgetOld(700 * SECOND);
    assertThat(loadAt(700, process(1, 10, 0))).isZero();
  }

  @Test
  void loadIsTheSumOverAllProcessesOfATree() {
    loadAt(0, process(1, 10, 0), process(2, 20, 0));
    assertThat(loadAt(1, process(1, 12, 0), process(2, 23, 0), process(3, 1, 0))).isEqualTo(60);
  }

  @Test
  void endedChildIsCountedOnce() {
    loadAt(0, process(1, 10, 0), process(2, 50, 5));
    // The child used 0.2 s more until its end, and the parent has reaped it.
    assertThat(loadAt(1, process(1, 11, 57))).isEqualTo(30);
    assertThat(loadAt(2, process(1, 11, 57))).isZero();
  }

  @Test
  void unreapedChildDoesNotReduceTheLoad() {
    loadAt(0, process(1, 10, 0), process(2, 50, 0));
    assertThat(loadAt(1, process(1, 13, 0))).isEqualTo(30);
  }

  @Test
  void childrenThatEndBetweenSamplesAreCounted() {
    loadAt(0, process(1, 10, 0));
    assertThat(loadAt(1, process(1, 10, 8))).isEqualTo(80);
  }

  @Test
  void processWithAReusedPidIsNew() {
    loadAt(0, process(1, 0, 0), new CpuTime(7, 100, 9 * SECOND, 0));
    assertThat(loadAt(1, process(1, 0, 0), new CpuTime(7, 200, SECOND / 10, 0))).isEqualTo(10);
  }

  /// Children of a parent start, work and end between samples. The sum of the loads equals the time
  /// used.
  @Test
  void loadsOfAChangingTreeAddUpToTheTimeUsed() {
    long seed = System.nanoTime();
    var random = new SplittableRandom(seed);
    List<long[]> children = new ArrayList<>(); // pid, own
    long ended = 0;
    long used = 0;
    int pids = 2;
    loadAt(0, process(1, 0, 0));
    double sum = 0;
    for (int second = 1; second <= 500; second++) {
      for (long[] child : List.copyOf(children)) {
        long more = random.nextInt(4);
        child[1] += more;
        used += more;
        if (random.nextInt(3) == 0) {
          children.remove(child);
          ended += child[1];
        }
      }
      if (random.nextBoolean()) {
        long first = random.nextInt(3);
        children.add(new long[] {pids++, first});
        used += first;
      }
      List<CpuTime> now = new ArrayList<>(List.of(process(1, 0, ended)));
      children.forEach(child -> now.add(process((int) child[0], child[1], 0)));
      double load = meter.percent(A, now, second * SECOND);
      assertThat(load).as("seed %d, second %d", seed, second).isNotNegative();
      sum += load;
    }
    assertThat(Math.round(sum / 10)).as("sum of the loads, seed %d", seed).isEqualTo(used);
  }
}
