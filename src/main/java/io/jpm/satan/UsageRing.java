package io.jpm.satan;

import io.jpm.bus.satan.UsagePoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Keeps the usage of one instance or of the machine for ten minutes, one point every five seconds,
/// in less than 3 KB. Samples that arrive faster are combined. Confined to SatanVerticle's context.
final class UsageRing {
  /// The time between two points.
  static final long STEP_MILLIS = 5_000;

  /// The number of points kept.
  static final int POINTS = 120;

  /// The tolerance for samples that arrive a little early. Without it, every second sample would be
  /// combined with the next one.
  private static final long TOLERANCE_MILLIS = 500;

  private final long[] at = new long[POINTS];
  private final float[] cpu = new float[POINTS];
  private final long[] memory = new long[POINTS];
  private int size;
  private int next;
  private double cpuSum;
  private int samples;
  private long mostMemory;

  /// Adds a sample.
  ///
  /// @param nowMillis the wall clock; if it was set back, the existing points are dropped
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

  /// Returns the points, oldest first.
  ///
  /// @param nowMillis the wall clock; points older than ten minutes are omitted
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

  /// Reports whether all points are too old.
  boolean isOld(long nowMillis) {
    return size == 0 || isOld(at[(next + POINTS - 1) % POINTS], nowMillis);
  }

  private static boolean isOld(long millis, long nowMillis) {
    return nowMillis - millis > STEP_MILLIS * POINTS;
  }
}
