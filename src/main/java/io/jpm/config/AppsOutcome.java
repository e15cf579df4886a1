package io.jpm.config;

import io.jpm.config.values.Problem;
import io.jpm.model.AppSpec;
import java.util.List;

/// The result of reading a process file or a command line.
///
/// @param apps the apps in the order in which they were written; empty if there is any problem, so
///   that a file is never applied in part
/// @param problems every mistake found, in the order of the lines
/// @param warnings the lines to show to the user: attributes that were accepted but have no effect
/// @param watchRequested whether the file requests to be watched and applied whenever it changes
///   (`hot: true`)
public record AppsOutcome(
    List<AppSpec> apps, List<Problem> problems, List<String> warnings, boolean watchRequested) {
  public AppsOutcome {
    apps = problems.isEmpty() ? List.copyOf(apps) : List.of();
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// Creates an outcome for a file that does not request to be watched.
  public AppsOutcome(List<AppSpec> apps, List<Problem> problems, List<String> warnings) {
    this(apps, problems, warnings, false);
  }
}
