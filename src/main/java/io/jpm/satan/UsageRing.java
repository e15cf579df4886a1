package io.jpm.satan;

import io.jpm.bus.satan.UsagePoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// The last ten minutes of one instance or of the machine, a point every five seconds: less than 3
/// KB. Samples that come faster are put together. Owned by SatanVerticle's context.
final class UsageRing {
  /// How much time a point stands for.
  static final long STEP_MILLIS = 5_000;

  /// How many points are kept.
  static final int POINTS = 120;

  /// Samples come a little early, too; without this every second one would be put off.
  private static final long TOLERANCE_MILLIS = 500;

  private final long[] at = new long[POINTS];
  private final float[] cpu = new float[POINTS];
  private final long[] memory = new long[POINTS];
  private int size;
  private int next;
  private double cpuSum;
  private int samples;
  private long mostMemory;

  /// Takes a sample in.
  ///
  /// @param nowMillis wall clock; when it was set back, what is there is forgotten
  void add(long nowMillis, double cpuPercent, long memoryBytes) {
    long latest = size == 0 ? Long.MIN_VALUE : at[(next + POINTS - 1) % POINTS];
    if (nowMillis < latest) {
      size = 0;
    }
    cpuSum += cpuPercent;
    samples++;
    mostMemory = Math.max(mostMemory, memoryBytes);
    if (size > 0 && nowMillis - latest < STEP_MILLIS - TOLERANCE_MILLIS) {
      return;
    }
    at[next] = nowMillis;
    cpu[next] = (float) (cpuSum / samples);
    memory[next] = mostMemory;
    next = (next + 1) % POINTS;
    size = Math.min(size + 1, POINTS);
    cpuSum = 0;
    samples = 0;
    mostMemory = 0;
  }

  /// What is there, from the oldest on.
  ///
  /// @param nowMillis wall clock; what is older than ten minutes is left out
  List<UsagePoint> points(long nowMillis) {
    List<UsagePoint> points = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int slot = (next + POINTS - size + i) % POINTS;
      if (!isOld(at[slot], nowMillis)) {
        points.add(new UsagePoint(Instant.ofEpochMilli(at[slot]), cpu[slot], memory[slot]));
      }
    }
    return points;
  }

  /// Whether nothing of it is of use any more.
  boolean isOld(long nowMillis) {
    return size == 0 || isOld(at[(next + POINTS - 1) % POINTS], nowMillis);
  }

  private static boolean isOld(long millis, long nowMillis) {
    return nowMillis - millis > STEP_MILLIS * POINTS;
  }
}
