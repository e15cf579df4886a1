package io.jpm.console.text;

import java.time.Duration;
import java.util.Locale;

/// Formats durations, sizes, percentages and counts as PM2 does.
public final class Amounts {
  private static final String[] BYTE_UNITS = {"b", "kb", "mb", "gb", "tb"};

  private Amounts() {}

  /// Formats an uptime: `45s`, `119s`, `2m`, `3h`, `4D`. Uses a larger unit only if the uptime is
  /// at least two of that unit.
  public static String uptime(Duration uptime) {
    long seconds = Math.max(0, uptime.toSeconds());
    if (seconds >= 2 * 86_400) {
      return seconds / 86_400 + "D";
    }
    if (seconds >= 2 * 3_600) {
      return seconds / 3_600 + "h";
    }
    return seconds >= 2 * 60 ? seconds / 60 + "m" : seconds + "s";
  }

  /// Formats a size: `0b`, `51.7mb`.
  public static String memory(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + "b" : String.format(Locale.ROOT, "%.1f%s", amount, BYTE_UNITS[unit]);
  }

  /// Formats a percentage: `0%`, `0.3%`, `100%`.
  public static String percent(double percent) {
    double tenths = tenths(percent);
    return tenths == Math.rint(tenths) ? (long) tenths + "%" : tenths + "%";
  }

  /// Rounds to one decimal place, the precision of `jpm jlist`.
  static double tenths(double value) {
    return Math.round(value * 10) / 10.0;
  }

  /// Formats a duration: `1600 ms`, `5 s`.
  public static String span(Duration span) {
    long millis = span.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
  }

  /// Formats a count with its noun: `1 app`, `2 apps`.
  public static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}
