package io.jpm.console.text;

import io.jpm.config.values.Durations;
import io.jpm.config.values.Sizes;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.text.TimePattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Builds the rows of `jpm describe` that show how the output of an app is logged. Settings with
/// their default value are omitted.
final class LogRows {
  private LogRows() {}

  /// Returns the rows in display order, keyed by label.
  static Map<String, String> of(LogFiles logs) {
    Map<String, String> rows = new LinkedHashMap<>();
    if (logs.disabled()) {
      rows.put("disable logs", "✔");
    }
    if (logs.merged()) {
      rows.put("merge logs", "✔");
    }
    if (logs.terminal()) {
      rows.put("pty", "✔");
    }
    switch (logs.format()) {
      case LineFormat.Raw() -> {}
      case LineFormat.Dated(TimePattern pattern) -> rows.put("log date format", pattern.text());
      case LineFormat.Json(Optional<TimePattern> pattern) -> {
        rows.put("log type", "json");
        pattern.ifPresent(date -> rows.put("log date format", date.text()));
      }
    }
    if (!logs.limits().equals(LogLimits.Overrides.NONE)) {
      rows.put("log limits", limits(logs.limits()));
    }
    return rows;
  }

  private static String limits(LogLimits.Overrides overrides) {
    List<String> words = new ArrayList<>();
    overrides.maxSize().ifPresent(bytes -> words.add("max_size " + size(bytes)));
    overrides.rotateEvery().ifPresent(time -> words.add("rotate_every " + time(time)));
    overrides.keep().ifPresent(files -> words.add("keep " + (files == 0 ? "all" : files)));
    overrides.maxAge().ifPresent(time -> words.add("max_age " + time(time)));
    overrides.maxTotal().ifPresent(bytes -> words.add("max_total " + size(bytes)));
    overrides.compress().ifPresent(packed -> words.add("compress " + packed));
    overrides
        .fullLogPolicy()
        .ifPresent(rule -> words.add("when_full " + rule.name().toLowerCase(Locale.ROOT)));
    return String.join(", ", words);
  }

  private static String size(long bytes) {
    return bytes == 0 ? "off" : Sizes.format(bytes);
  }

  private static String time(Duration time) {
    return time.isZero() ? "off" : Durations.format(time);
  }
}
