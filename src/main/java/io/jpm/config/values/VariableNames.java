package io.jpm.config.values;

/// Validates the names of environment variables, `environ(7)`.
public final class VariableNames {
  private VariableNames() {}

  /// Reports whether `name` is a valid variable name.
  public static boolean isName(String name) {
    return !name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0;
  }
}
