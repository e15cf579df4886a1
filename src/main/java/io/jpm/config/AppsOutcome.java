package io.jpm.config;

import io.jpm.config.values.Problem;
import io.jpm.model.AppSpec;
import java.util.List;

/// What came of reading a process file or a command line.
///
/// @param apps the apps in the order they were written; empty when there is any problem, so that a
///   file is never half applied
/// @param problems every mistake found, in the order of the lines
/// @param warnings lines to show: what was accepted and will not be acted on
/// @param hot whether the file wants to be read again whenever it changes (`hot: true`)
public record AppsOutcome(
    List<AppSpec> apps, List<Problem> problems, List<String> warnings, boolean hot) {
  public AppsOutcome {
    apps = problems.isEmpty() ? List.copyOf(apps) : List.of();
    problems = List.copyOf(problems);
    warnings = List.copyOf(warnings);
  }

  /// Of what says nothing about being read again.
  public AppsOutcome(List<AppSpec> apps, List<Problem> problems, List<String> warnings) {
    this(apps, problems, warnings, false);
  }
}
