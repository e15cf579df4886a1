package io.jpm.model;

import java.time.Duration;

/// How often an instance may fail within a time before it is given up, however long each of its
/// runs was: the restart intensity of OTP's supervisors.
///
/// What counts is a failure only ([RestartPolicy#isFailure]): a program that ends well and is
/// started again by design, as a loop of jobs, may do so for ever.
///
/// @param most with so many failures it is given up, 1 or more
/// @param time within this; zero: there is no such limit
public record RestartWindow(int most, Duration time) {
  /// Where an owner names no time.
  public static final Duration USUAL_TIME = Duration.ofMinutes(5);

  /// How many failures within it are too many at least, where an owner names no time.
  private static final int USUAL_MOST = 16;

  /// No limit.
  public static final RestartWindow OFF = new RestartWindow(1, Duration.ZERO);

  public RestartWindow {
    if (most < 1) {
      throw new IllegalArgumentException("restart_window: 1 failure at least is needed");
    }
    if (time.isNegative()) {
      throw new IllegalArgumentException("restart_window: use 0 or more");
    }
  }

  /// That of an app whose owner names no window. A `max_restarts` smaller than the default was
  /// chosen for ends in a row that come too soon, as in PM2, and must not end an app that fails now
  /// and then; a larger one says that the owner wants it to be tried on and on.
  public static RestartWindow beside(int maxRestarts) {
    return new RestartWindow(Math.max(USUAL_MOST, maxRestarts), USUAL_TIME);
  }

  /// Whether there is a limit.
  public boolean limited() {
    return !time.isZero();
  }
}
