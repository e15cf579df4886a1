package io.jpm.config.settings;

import java.util.Optional;

/// Says what is wrong with the text of a `cron_restart`. Who reckons the times of a schedule knows;
/// this room only hands the text on.
@FunctionalInterface
public interface CronCheck {
  /// Counts the fields: 5, or 6 with seconds first, or one that begins with `@`.
  CronCheck FIELDS =
      expression -> {
        int fields = expression.strip().split("\\s+").length;
        return fields == 5 || fields == 6 || expression.strip().startsWith("@")
            ? Optional.empty()
            : Optional.of(
                "%s: use 5 fields (minute, hour, day of month, month, day of week), or 6 with seconds first"
                    .formatted(expression));
      };

  /// A sentence that begins with the expression and says what would be right; empty when nothing is
  /// wrong.
  ///
  /// @param expression as written, not blank
  Optional<String> problem(String expression);
}
