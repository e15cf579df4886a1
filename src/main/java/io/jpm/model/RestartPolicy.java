package io.jpm.model;

import io.jpm.model.run.Exit;
import java.time.Duration;
import java.util.Set;

/// When an ended process is started again.
///
/// @param when after which ends
/// @param maxRestarts unstable ends in a row before the instance is `errored`; 0 gives up at the
///   first
/// @param minUptime a process that ended sooner than this was unstable
/// @param backoff how long to wait before starting again
/// @param stopExitCodes exit codes after which it is left ended whatever `when` says, each 0 to 255
/// @param window how many failures within a time are too many, beside `maxRestarts`
public record RestartPolicy(
    When when,
    int maxRestarts,
    Duration minUptime,
    Backoff backoff,
    Set<Integer> stopExitCodes,
    RestartWindow window) {
  /// PM2's rules: always, 16 tries, stable after 1 s, at once.
  public static final RestartPolicy PM2 =
      new RestartPolicy(When.ALWAYS, 16, Duration.ofSeconds(1), Backoff.NONE, Set.of());

  /// The defaults: PM2's, with waits from the third end that came too soon, and a window.
  public static final RestartPolicy DEFAULT =
      PM2.with(Backoff.GRADUAL).with(RestartWindow.beside(PM2.maxRestarts));

  /// After which ends an app is started again.
  public enum When {
    /// Whatever way it ended (PM2's `autorestart: true`).
    ALWAYS("always"),
    /// Unless it ended cleanly: exit code 0, or SIGHUP, SIGINT, SIGTERM or SIGPIPE, as
    /// `Restart=on-failure` in `systemd.service(5)` has it, and the codes 129, 130 and 143 by which
    /// a JVM tells of the first three.
    ON_FAILURE("on-failure"),
    /// Never (PM2's `autorestart: false`).
    NEVER("never");

    private final String word;

    When(String word) {
      this.word = word;
    }

    /// The word in a process file.
    public String word() {
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

  /// Without a window.
  public RestartPolicy(
      When when, int maxRestarts, Duration minUptime, Backoff backoff, Set<Integer> stopExitCodes) {
    this(when, maxRestarts, minUptime, backoff, stopExitCodes, RestartWindow.OFF);
  }

  /// With a constant delay, no exit codes of its own and no window.
  public RestartPolicy(When when, int maxRestarts, Duration minUptime, Duration delay) {
    this(when, maxRestarts, minUptime, new Backoff.Constant(delay), Set.of());
  }

  /// Whether a process that has ended so by itself has failed: not well, and not in one of the ways
  /// that its owner has named.
  public boolean isFailure(Exit exit) {
    return !exit.isClean()
        && !(exit instanceof Exit.Code(int code) && stopExitCodes.contains(code));
  }

  /// The same rules with others about when.
  public RestartPolicy with(When other) {
    return new RestartPolicy(other, maxRestarts, minUptime, backoff, stopExitCodes, window);
  }

  /// The same rules with another delay.
  public RestartPolicy with(Backoff other) {
    return new RestartPolicy(when, maxRestarts, minUptime, other, stopExitCodes, window);
  }

  /// The same rules with another window.
  public RestartPolicy with(RestartWindow other) {
    return new RestartPolicy(when, maxRestarts, minUptime, backoff, stopExitCodes, other);
  }
}
