package io.jpm.model;

import java.time.Duration;

/// Limits the failures of an instance within a period, however long each run was. Corresponds to
/// the restart intensity of OTP's supervisors.
///
/// Only failures count ([RestartPolicy#isFailure]): a program that ends cleanly and is restarted by
/// design, such as a job in a loop, may do so forever.
///
/// @param most the number of failures at which the instance is given up, 1 or more
/// @param time the period; zero: no limit
public record RestartWindow(int most, Duration time) {
  /// The default period.
  public static final Duration USUAL_TIME = Duration.ofMinutes(5);

  /// The lower bound on the default number of failures.
  private static final int USUAL_MOST = 16;

  /// No limit.
  public static final RestartWindow OFF = new RestartWindow(1, Duration.ZERO);

  public RestartWindow {
    if (most < 1) {
      throw new IllegalArgumentException("restart_window: use 1 failure or more");
    }
    if (time.isNegative()) {
      throw new IllegalArgumentException("restart_window: use 0 or more");
    }
  }

  /// Returns the default window for an app. A `max_restarts` below the default was chosen for
  /// consecutive early ends, as in PM2, and must not end an app that fails occasionally. A larger
  /// one means that further attempts are wanted.
  public static RestartWindow forMaxRestarts(int maxRestarts) {
    return new RestartWindow(Math.max(USUAL_MOST, maxRestarts), USUAL_TIME);
  }

  /// Reports whether there is a limit.
  public boolean limited() {
    return !time.isZero();
  }
}
