package io.jpm.config.settings;

import io.jpm.config.values.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What came of reading the daemon's settings.
///
/// @param settings complete whatever happened: a wrong value leaves what held before it. Only to be
///   used when there is no problem, or when going on is better than refusing.
/// @param values the same by key, to compare two readings
/// @param texts the same as written in the files; what they leave out as the catalogue has it
/// @param problems every mistake in both files
public record SettingsOutcome(
    Settings settings,
    Map<SettingKey, Object> values,
    Map<SettingKey, String> texts,
    List<Problem> problems) {
  public SettingsOutcome {
    values = Map.copyOf(values);
    texts = Map.copyOf(texts);
    problems = List.copyOf(problems);
  }

  /// One setting that has another value than before.
  ///
  /// @param key which
  /// @param from as it was written before
  /// @param to as it is written now
  public record Change(SettingKey key, String from, String to) {
    /// For people: `logs.max_size 50M -> 20M`.
    @Override
    public String toString() {
      return key.key() + " " + from + " -> " + to;
    }
  }

  /// The keys that have another value here than in `earlier`, in the order of the catalogue.
  public List<SettingKey> changesSince(SettingsOutcome earlier) {
    return Arrays.stream(SettingKey.values()).filter(key -> differs(key, earlier)).toList();
  }

  /// Whether `key` has another value here than in `earlier`.
  public boolean differs(SettingKey key, SettingsOutcome earlier) {
    return !Objects.equals(values.get(key), earlier.values.get(key));
  }

  /// What is said of `key` here and in `earlier`.
  public Change change(SettingKey key, SettingsOutcome earlier) {
    return new Change(key, earlier.text(key), text(key));
  }

  /// What waits for the next start of a daemon that has begun with `booted`.
  public List<Change> waitingSince(SettingsOutcome booted) {
    return changesSince(booted).stream()
        .filter(key -> key.effect() == SettingKey.Effect.RESTART)
        .map(key -> change(key, booted))
        .toList();
  }

  private String text(SettingKey key) {
    return texts.getOrDefault(key, key.defaultText());
  }
}
