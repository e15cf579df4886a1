package io.jpm.model;

import java.time.Duration;

/// Limits the number of failures of an instance within a period, regardless of how long each run
/// lasted. Corresponds to the restart intensity of OTP's supervisors.
///
/// Only failures count ([RestartPolicy#isFailure]). A program that exits cleanly and is restarted
/// by design, such as a job in a loop, can be restarted forever.
///
/// @param most the number of failures within the period at which the instance becomes `errored`, 1
///   or more
/// @param time the period; zero for no limit
public record RestartWindow(int most, Duration time) {
  /// The default period.
  public static final Duration USUAL_TIME = Duration.ofMinutes(5);

  /// The minimum of the default number of failures.
  private static final int USUAL_MOST = 16;

  /// No limit.
  public static final RestartWindow OFF = new RestartWindow(1, Duration.ZERO);

  public RestartWindow {
    if (most < 1) {
      throw new IllegalArgumentException("restart_window must allow at least 1 failure");
    }
    if (time.isNegative()) {
      throw new IllegalArgumentException("restart_window must not be negative");
    }
  }

  /// Returns the default window: 16 failures, or `maxRestarts` if that is more, within 5 minutes. A
  /// smaller `max_restarts` is ignored here: it limits consecutive early exits, as in PM2, and must
  /// not stop an app that fails only occasionally. A larger value raises this limit too, because
  /// the user evidently wants more attempts.
  public static RestartWindow forMaxRestarts(int maxRestarts) {
    return new RestartWindow(Math.max(USUAL_MOST, maxRestarts), USUAL_TIME);
  }

  /// Reports whether there is a limit.
  public boolean limited() {
    return !time.isZero();
  }
}
