package io.jpm.config.values;

/// The names that variables of the environment can have, `environ(7)`.
public final class VariableNames {
  private VariableNames() {}

  /// Whether a variable can have this name.
  public static boolean isName(String name) {
    return !name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0;
  }
}
