package io.jpm.config.settings;

import io.jpm.config.values.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The result of reading the daemon's settings.
///
/// @param settings the settings, always complete: an invalid value is replaced by the previous or
///   default one. If there are problems, the settings must be used only where continuing is better
///   than failing
/// @param values the same settings by key, for comparison with another outcome
/// @param texts the same settings as written in the files; keys that no file sets are absent
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

  /// A setting whose value has changed.
  ///
  /// @param key the setting
  /// @param from the previous value as written
  /// @param to the new value as written
  public record Change(SettingKey key, String from, String to) {
    /// Returns a text for users: `logs.max_size 50M -> 20M`.
    @Override
    public String toString() {
      return key.key() + " " + from + " -> " + to;
    }
  }

  /// Returns the keys whose values differ from those in `earlier`, in the order of the catalogue.
  public List<SettingKey> changesSince(SettingsOutcome earlier) {
    return Arrays.stream(SettingKey.values()).filter(key -> differs(key, earlier)).toList();
  }

  /// Reports whether the value of `key` differs from its value in `earlier`.
  public boolean differs(SettingKey key, SettingsOutcome earlier) {
    return !Objects.equals(values.get(key), earlier.values.get(key));
  }

  /// Returns the change of `key` from `earlier` to this outcome.
  public Change change(SettingKey key, SettingsOutcome earlier) {
    return new Change(key, earlier.text(key), text(key));
  }

  /// Returns the changes that are still pending in a daemon that was started with `booted`, because
  /// they take effect only at its next start.
  public List<Change> pendingSince(SettingsOutcome booted) {
    return changesSince(booted).stream()
        .filter(key -> key.effect() == SettingKey.Effect.RESTART)
        .map(key -> change(key, booted))
        .toList();
  }

  private String text(SettingKey key) {
    return texts.getOrDefault(key, key.defaultText());
  }
}
