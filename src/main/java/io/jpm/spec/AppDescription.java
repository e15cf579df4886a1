package io.jpm.spec;

import io.jpm.model.AppSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/// An app as a process file would describe it: every attribute that acts, under its name, with
/// values that reading the file turns into the same app again. An attribute that is another
/// spelling of a second one appears as the second one: `autorestart` as `restart`,
/// `execute_command` as `exec_mode`, `time` as `log_date_format`.
public final class AppDescription {
  private AppDescription() {}

  /// The attributes of `spec` as JSON values: text, numbers, booleans, lists and maps. Nothing is
  /// masked: the result contains the values of variables, headers and webhooks.
  public static Map<String, Object> of(AppSpec spec) {
    Map<String, Object> description = new LinkedHashMap<>();
    for (SpecField field : SpecField.ALL) {
      field
          .form()
          .apply(spec)
          .forEach((key, form) -> description.merge(key, form, AppDescription::merged));
    }
    return description;
  }

  /// Several fields set an attribute that is an object.
  private static Object merged(Object one, Object other) {
    if (one instanceof Map<?, ?> first && other instanceof Map<?, ?> second) {
      Map<Object, Object> all = new LinkedHashMap<>(first);
      all.putAll(second);
      return all;
    }
    throw new IllegalArgumentException("two values for one attribute: " + one + ", " + other);
  }
}
