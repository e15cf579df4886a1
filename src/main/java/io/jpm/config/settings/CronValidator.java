package io.jpm.config.settings;

import java.util.Optional;

/// Validates the expression of a `cron_restart`. The component that computes schedules implements
/// it; this package only passes the text on.
@FunctionalInterface
public interface CronValidator {
  /// Checks the number of fields only: 5, or 6 with seconds first, or an expression that begins
  /// with `@`.
  CronValidator FIELDS =
      expression -> {
        int fields = expression.strip().split("\\s+").length;
        return fields == 5 || fields == 6 || expression.strip().startsWith("@")
            ? Optional.empty()
            : Optional.of(
                "%s: use 5 fields (minute, hour, day of month, month, day of week), or 6 with seconds first"
                    .formatted(expression));
      };

  /// Returns a sentence that begins with the expression and says what is expected; empty if it is
  /// valid.
  ///
  /// @param expression as written, not blank
  Optional<String> problem(String expression);
}
