package io.jpm.console.monit;

import io.jpm.bus.satan.UsagePoint;
import java.util.List;

/// The recent usage of an instance, with one point per [#STEP_MILLIS]. New samples update the last
/// point until its interval ends.
///
/// Not thread-safe: confined to one session.
public final class Chart {
  /// The interval between two points, equal to that of Satan's usage history.
  static final long STEP_MILLIS = 5_000;

  /// The maximum number of points, equal to that of Satan's usage history.
  static final int POINTS = 120;

  private final double[] cpu = new double[POINTS];
  private final long[] memory = new long[POINTS];
  private int size;
  private long began;
  private double cpuSum;
  private int samples;

  /// Inserts earlier points before the samples that have already been added.
  ///
  /// @param points the points, oldest first
  public void addHistory(List<UsagePoint> points) {
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

  /// Adds a sample.
  ///
  /// @param atMillis the time, in milliseconds since 1970
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

  /// Returns the CPU usage in percent of one core, oldest point first.
  public double[] cpu() {
    double[] values = new double[size];
    System.arraycopy(cpu, 0, values, 0, size);
    return values;
  }

  /// Returns the memory usage in bytes, oldest point first.
  public double[] memory() {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = memory[i];
    }
    return values;
  }
}
