package io.jpm.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What came of reading the daemon's settings.
///
/// @param settings complete whatever happened: a wrong value leaves what held before it. Only to be
///   used when there is no problem, or when going on is better than refusing.
/// @param values the same by key, to compare two readings
/// @param problems every mistake in both files
public record SettingsOutcome(
    Settings settings, Map<SettingKey, Object> values, List<Problem> problems) {
  public SettingsOutcome {
    values = Map.copyOf(values);
    problems = List.copyOf(problems);
  }

  /// The keys that have another value here than in `earlier`, in the order of the catalogue.
  public List<SettingKey> changesSince(SettingsOutcome earlier) {
    return Arrays.stream(SettingKey.values())
        .filter(key -> !Objects.equals(values.get(key), earlier.values.get(key)))
        .toList();
  }
}
