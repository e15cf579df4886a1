package io.jpm.model;

import io.jpm.model.process.Exit;
import java.time.Duration;
import java.util.Set;

/// Defines when an ended process is started again.
///
/// @param when the ends after which it is restarted
/// @param maxRestarts the number of consecutive early ends before the instance is `errored`; 0
///   gives up at the first
/// @param minUptime a process that ran for less than this time has ended early
/// @param backoff the delay before a restart
/// @param stopExitCodes exit codes after which it is not restarted, whatever `when` says; each 0 to
///   255
/// @param window a further limit on the number of failures within a period
public record RestartPolicy(
    When when,
    int maxRestarts,
    Duration minUptime,
    Backoff backoff,
    Set<Integer> stopExitCodes,
    RestartWindow window) {
  /// PM2's rules: always, 16 times, stable after 1 s, without a delay.
  public static final RestartPolicy PM2 =
      new RestartPolicy(When.ALWAYS, 16, Duration.ofSeconds(1), Backoff.NONE, Set.of());

  /// The defaults: those of PM2, with a delay from the third early end on, and a window.
  public static final RestartPolicy DEFAULT =
      PM2.with(Backoff.GRADUAL).with(RestartWindow.forMaxRestarts(PM2.maxRestarts));

  /// The ends after which an app is restarted.
  public enum When {
    /// After any end (PM2's `autorestart: true`).
    ALWAYS("always"),
    /// After any end that is not clean. Clean ends are exit code 0, and SIGHUP, SIGINT, SIGTERM and
    /// SIGPIPE, as for `Restart=on-failure` in `systemd.service(5)`, and the exit codes 129, 130
    /// and 143, by which a JVM reports the first three signals.
    ON_FAILURE("on-failure"),
    /// Never (PM2's `autorestart: false`).
    NEVER("never");

    private final String word;

    When(String word) {
      this.word = word;
    }

    /// Returns the spelling in process files.
    public String keyword() {
      return word;
    }
  }

  public RestartPolicy {
    if (maxRestarts < 0) {
      throw new IllegalArgumentException("max_restarts " + maxRestarts + ": use 0 or more");
    }
    if (minUptime.isNegative()) {
      throw new IllegalArgumentException("min_uptime: use 0 or more");
    }
    stopExitCodes = Set.copyOf(stopExitCodes);
  }

  /// Creates a policy without a window.
  public RestartPolicy(
      When when, int maxRestarts, Duration minUptime, Backoff backoff, Set<Integer> stopExitCodes) {
    this(when, maxRestarts, minUptime, backoff, stopExitCodes, RestartWindow.OFF);
  }

  /// Creates a policy with a constant delay, no exit codes and no window.
  public RestartPolicy(When when, int maxRestarts, Duration minUptime, Duration delay) {
    this(when, maxRestarts, minUptime, new Backoff.Constant(delay), Set.of());
  }

  /// Reports whether a process that ended by itself has failed: its end was not clean, and its exit
  /// code is not one of [#stopExitCodes].
  public boolean isFailure(Exit exit) {
    return !exit.isClean()
        && !(exit instanceof Exit.Code(int code) && stopExitCodes.contains(code));
  }

  /// Returns a copy with another `when`.
  public RestartPolicy with(When other) {
    return new RestartPolicy(other, maxRestarts, minUptime, backoff, stopExitCodes, window);
  }

  /// Returns a copy with another delay.
  public RestartPolicy with(Backoff other) {
    return new RestartPolicy(when, maxRestarts, minUptime, other, stopExitCodes, window);
  }

  /// Returns a copy with another window.
  public RestartPolicy with(RestartWindow other) {
    return new RestartPolicy(when, maxRestarts, minUptime, backoff, stopExitCodes, other);
  }
}
