package io.jpm.model;

import io.jpm.model.process.Exit;
import java.time.Duration;
import java.util.Set;

/// Defines when a process that has exited is restarted.
///
/// @param when the exits after which the process is restarted
/// @param maxRestarts the number of consecutive early exits before the instance is `errored`; with
///   0, the first early exit makes it `errored`
/// @param minUptime the minimum uptime; a process that exits sooner has exited early
/// @param backoff the delay before a restart
/// @param stopExitCodes the exit codes after which the process is not restarted, regardless of
///   `when`; each 0 to 255
/// @param window an additional limit on the number of failures within a period
public record RestartPolicy(
    When when,
    int maxRestarts,
    Duration minUptime,
    Backoff backoff,
    Set<Integer> stopExitCodes,
    RestartWindow window) {
  /// PM2's rules: restart after every exit, allow 16 early exits, count as stable after 1 s, and do
  /// not delay restarts.
  public static final RestartPolicy PM2 =
      new RestartPolicy(When.ALWAYS, 16, Duration.ofSeconds(1), Backoff.NONE, Set.of());

  /// The defaults: PM2's rules with a delay from the third early exit on, and with a window.
  public static final RestartPolicy DEFAULT =
      PM2.with(Backoff.GRADUAL).with(RestartWindow.forMaxRestarts(PM2.maxRestarts));

  /// The exits after which an app is restarted.
  public enum When {
    /// After any exit (PM2's `autorestart: true`).
    ALWAYS("always"),
    /// After any exit that is not clean. As for `Restart=on-failure` in `systemd.service(5)`, exit
    /// code 0 and termination by SIGHUP, SIGINT, SIGTERM or SIGPIPE are clean. So are the exit
    /// codes 129, 130 and 143, with which a JVM reports the first three signals.
    ON_FAILURE("on-failure"),
    /// Never (PM2's `autorestart: false`).
    NEVER("never");

    private final String word;

    When(String word) {
      this.word = word;
    }

    /// Returns the keyword for this constant in process files.
    public String keyword() {
      return word;
    }
  }

  public RestartPolicy {
    if (maxRestarts < 0) {
      throw new IllegalArgumentException("max_restarts must not be negative: " + maxRestarts);
    }
    if (minUptime.isNegative()) {
      throw new IllegalArgumentException("min_uptime must not be negative");
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

  /// Reports whether a process that jpm did not stop has failed. It has failed if its exit was not
  /// clean and its exit code is not one of [#stopExitCodes].
  public boolean isFailure(Exit exit) {
    return !exit.isClean()
        && !(exit instanceof Exit.Code(int code) && stopExitCodes.contains(code));
  }

  /// Returns a copy that restarts the process after other exits.
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
