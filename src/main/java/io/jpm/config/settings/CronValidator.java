package io.jpm.config.settings;

import java.util.Optional;

/// Validates the expression of `cron_restart`. The component that computes schedules implements it,
/// so that this package does not depend on that component.
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
                "%s has the wrong number of fields: use 5 (minute, hour, day of month, month, day of week), or 6 with seconds first"
                    .formatted(expression));
      };

  /// Returns a message that begins with the expression and describes the problem; empty if the
  /// expression is valid.
  ///
  /// @param expression the expression as written, not blank
  Optional<String> problem(String expression);
}
