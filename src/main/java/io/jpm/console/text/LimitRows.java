package io.jpm.console.text;

import io.jpm.model.ResourceLimits;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Builds the rows of `jpm describe` that show the resource limits of an app.
final class LimitRows {
  /// Resources whose limits are in bytes.
  private static final Set<String> SIZES =
      Set.of("as", "core", "data", "fsize", "memlock", "rss", "stack");

  private LimitRows() {}

  /// Returns the rows in display order, keyed by label; empty if the app has no limits.
  static Map<String, String> of(ResourceLimits limits) {
    Map<String, String> rows = new LinkedHashMap<>();
    limits.memoryMax().ifPresent(bytes -> rows.put("memory limit", Amounts.memory(bytes)));
    limits
        .memoryHigh()
        .ifPresent(bytes -> rows.put("memory throttled above", Amounts.memory(bytes)));
    limits
        .cpuMax()
        .ifPresent(cores -> rows.put("cpu limit", String.format(Locale.ROOT, "%.2f cores", cores)));
    if (!limits.resources().isEmpty()) {
      rows.put(
          "process limits",
          limits.resources().entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(limit -> name(limit.getKey()) + " " + amount(limit.getKey(), limit.getValue()))
              .collect(Collectors.joining(", ")));
    }
    return rows;
  }

  /// Returns the name that process files use for a resource of `setrlimit(2)`.
  static String name(String resource) {
    return resource.equals("cpu") ? "cpu_time" : resource;
  }

  private static String amount(String resource, long limit) {
    if (limit < 0) {
      return "unlimited";
    } else if (SIZES.contains(resource)) {
      return Amounts.memory(limit);
    }
    return resource.equals("cpu") ? limit + " s" : Long.toString(limit);
  }
}
