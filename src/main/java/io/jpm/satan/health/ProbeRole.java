package io.jpm.satan.health;

import java.util.Locale;

/// What a check is for.
public enum ProbeRole {
  /// Has to pass once.
  STARTUP,
  /// Whether the process can be given work.
  READINESS,
  /// Whether the process is to live on.
  LIVENESS;

  /// The key of a process file.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
