package io.jpm.spec;

import io.jpm.model.AppSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/// Converts a spec to the attributes of a process file: every attribute that has an effect, under
/// its canonical name. Reading the result produces the same spec. An alternative notation is
/// replaced by the main attribute: `autorestart` by `restart`, `execute_command` by `exec_mode`,
/// `time` by `log_date_format`.
public final class AppDescription {
  private AppDescription() {}

  /// Returns the attributes of `spec` as JSON values: text, numbers, booleans, lists and maps.
  /// Nothing is masked: the result contains the values of variables, headers and webhooks.
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

  /// Merges the values of two fields that set the same attribute, which must both be objects.
  private static Object merged(Object one, Object other) {
    if (one instanceof Map<?, ?> first && other instanceof Map<?, ?> second) {
      Map<Object, Object> all = new LinkedHashMap<>(first);
      all.putAll(second);
      return all;
    }
    throw new IllegalArgumentException("one attribute has two values: " + one + ", " + other);
  }
}
