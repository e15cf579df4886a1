package io.jpm.satan.health;

import java.util.Locale;

/// The kind of a probe.
public enum ProbeKind {
  /// Must pass once after the start.
  STARTUP,
  /// Determines whether the process may receive connections.
  READINESS,
  /// Determines whether the process must be replaced.
  LIVENESS;

  /// Returns the spelling in process files.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
