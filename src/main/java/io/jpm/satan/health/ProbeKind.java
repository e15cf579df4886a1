package io.jpm.satan.health;

import java.util.Locale;

/// The kind of a probe.
public enum ProbeKind {
  /// The startup probe, which must pass once before the other probes run.
  STARTUP,
  /// The readiness probe, which determines whether the process may receive connections.
  READINESS,
  /// The liveness probe, which determines whether the process must be replaced.
  LIVENESS;

  /// Returns the spelling in process files.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
