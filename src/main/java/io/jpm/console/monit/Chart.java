package io.jpm.console.monit;

import io.jpm.bus.satan.UsagePoint;
import java.util.List;

/// What was used over the last minutes: a point for every [#STEP_MILLIS], of which the last one is
/// still in the making.
///
/// Not thread-safe: owned by one session.
public final class Chart {
  /// How much time a point stands for: as much as one of Satan's.
  static final long STEP_MILLIS = 5_000;

  /// How many points are kept, as many as Satan keeps.
  static final int POINTS = 120;

  private final double[] cpu = new double[POINTS];
  private final long[] memory = new long[POINTS];
  private int size;
  private long began;
  private double cpuSum;
  private int samples;

  /// Takes what was used before, as the beginning; samples that came already are kept behind it.
  ///
  /// @param points from the oldest on
  public void past(List<UsagePoint> points) {
    double[] newerCpu = cpu();
    double[] newerMemory = memory();
    int room = POINTS - newerCpu.length;
    size = 0;
    points.stream()
        .skip(Math.max(0, points.size() - room))
        .forEach(point -> push(point.cpuPercent(), point.memoryBytes()));
    for (int i = 0; i < newerCpu.length; i++) {
      push(newerCpu[i], (long) newerMemory[i]);
    }
  }

  /// Takes a sample.
  ///
  /// @param atMillis when, milliseconds since 1970
  public void add(long atMillis, ResourceUse resourceUse) {
    if (samples > 0 && Math.abs(atMillis - began) < STEP_MILLIS) {
      samples++;
      cpuSum += resourceUse.cpuPercent();
      cpu[size - 1] = cpuSum / samples;
      memory[size - 1] = Math.max(memory[size - 1], resourceUse.memoryBytes());
    } else {
      began = atMillis;
      samples = 1;
      cpuSum = resourceUse.cpuPercent();
      push(resourceUse.cpuPercent(), resourceUse.memoryBytes());
    }
  }

  private void push(double percent, long bytes) {
    if (size == POINTS) {
      System.arraycopy(cpu, 1, cpu, 0, POINTS - 1);
      System.arraycopy(memory, 1, memory, 0, POINTS - 1);
      size--;
    }
    cpu[size] = percent;
    memory[size] = bytes;
    size++;
  }

  /// Processor time, percent of one core, from the oldest on.
  public double[] cpu() {
    double[] values = new double[size];
    System.arraycopy(cpu, 0, values, 0, size);
    return values;
  }

  /// Memory in bytes, from the oldest on.
  public double[] memory() {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = memory[i];
    }
    return values;
  }
}
