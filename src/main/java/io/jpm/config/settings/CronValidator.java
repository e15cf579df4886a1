package io.jpm.config.settings;

import java.util.Optional;

/// Validates the expression of a `cron_restart`. Implemented by the component that computes
/// schedules; this package only passes on the text.
@FunctionalInterface
public interface CronValidator {
  /// Checks only the number of fields: 5, or 6 with seconds first. An expression that begins with
  /// `@` is accepted.
  CronValidator FIELDS =
      expression -> {
        int fields = expression.strip().split("\\s+").length;
        return fields == 5 || fields == 6 || expression.strip().startsWith("@")
            ? Optional.empty()
            : Optional.of(
                "%s: use 5 fields (minute, hour, day of month, month, day of week), or 6 with seconds first"
                    .formatted(expression));
      };

  /// Returns a sentence that begins with the expression and says what is expected; empty if the
  /// expression is valid.
  ///
  /// @param expression the expression as written, not blank
  Optional<String> problem(String expression);
}
