package io.jpm.config;

import io.jpm.config.values.Problem;
import io.jpm.model.AppSpec;
import java.util.List;

/// The result of reading a process file or a command line.
///
/// @param apps the apps in the order in which they were written; empty if there is any problem, so
///   that a file is never applied in part
/// @param problems all mistakes found, in line order
/// @param warnings messages about mistakes that do not make the apps unusable, for example
///   attributes that have no effect
/// @param watchRequested whether the file sets `hot: true`, so that the daemon applies the file
///   again whenever it changes
public record AppsOutcome(
    List<AppSpec> apps, List<Problem> problems, List<String> warnings, boolean watchRequested) {
  public AppsOutcome {
    apps = problems.isEmpty() ? List.copyOf(apps) : List.of();
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// Creates the outcome of an input without `hot: true`.
  public AppsOutcome(List<AppSpec> apps, List<Problem> problems, List<String> warnings) {
    this(apps, problems, warnings, false);
  }
}
