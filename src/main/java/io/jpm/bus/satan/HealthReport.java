package io.jpm.bus.satan;

import java.time.Duration;
import java.util.Optional;

/// How one process is, as far as the checks of its app tell.
///
/// @param standing what they come to
/// @param since for how long that is so; not longer than the daemon knows the process
/// @param startup its check of this kind; empty: the app has none
/// @param readiness the same
/// @param liveness the same
public record HealthReport(
    Standing standing,
    Duration since,
    Optional<OfCheck> startup,
    Optional<OfCheck> readiness,
    Optional<OfCheck> liveness) {
  /// What all checks come to.
  public enum Standing {
    /// Startup or readiness have not passed yet.
    NOT_READY,
    /// All is well.
    WELL,
    /// Readiness or liveness has failed often enough.
    UNHEALTHY
  }

  /// How one check goes.
  ///
  /// @param verdict what was found last
  /// @param failures how many attempts have failed in a row; 0 unless [Verdict#FAILING]
  /// @param threshold so many failures in a row have a consequence; 0: none has, only the time for
  ///   all attempts counts
  /// @param answer why the latest attempt failed, for people; empty: it has not
  /// @param since for how long the verdict is this one
  public record OfCheck(
      Verdict verdict, int failures, int threshold, String answer, Duration since) {}

  /// What a check has found last.
  public enum Verdict {
    /// It is not its turn yet.
    NOT_BEGUN,
    /// Its turn has come, and nothing has been found yet.
    NO_ANSWER,
    /// The latest attempt has passed, or it has passed for good.
    PASSING,
    /// The latest attempt has failed.
    FAILING,
    /// What it listens to cannot be heard, so it tells nothing.
    UNHEARD
  }
}
