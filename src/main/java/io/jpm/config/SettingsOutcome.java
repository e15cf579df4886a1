package io.jpm.config;

import java.util.List;

/// What came of reading the daemon's settings.
///
/// @param settings complete whatever happened: a wrong value leaves what held before it. Only to be
///   used when there is no problem, or when going on is better than refusing.
/// @param problems every mistake in both files
public record SettingsOutcome(Settings settings, List<Problem> problems) {
  public SettingsOutcome {
    problems = List.copyOf(problems);
  }
}
