package io.jpm.supervise;

import io.jpm.model.AppSpec;
import io.jpm.model.Health;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import java.time.Duration;

/// The rules of an app that decide about its instances.
///
/// @param restart when to start again
/// @param stop how to end
/// @param readiness when it is online
/// @param soundUptime after so long a run it is no failure of the app that its liveness check
///   fails: it was well for a while
/// @param dependent whether it depends on other apps
/// @param trial whether this is a process beside the one that counts: what ends of itself, or does
///   not get ready, stays so
public record Policies(
    RestartPolicy restart,
    StopPolicy stop,
    Readiness readiness,
    Duration soundUptime,
    boolean dependent,
    boolean trial) {
  private static final Duration TRIAL_PATIENCE = Duration.ofSeconds(30);

  /// Of an instance that counts.
  public Policies(RestartPolicy restart, StopPolicy stop, Readiness readiness, boolean dependent) {
    this(restart, stop, readiness, dependent, false);
  }

  /// Of an app without a liveness check.
  public Policies(
      RestartPolicy restart,
      StopPolicy stop,
      Readiness readiness,
      boolean dependent,
      boolean trial) {
    this(restart, stop, readiness, restart.minUptime(), dependent, trial);
  }

  /// Whether a run of `uptime` was a good one although it ended for the app's health.
  public boolean wasWell(Duration uptime) {
    return uptime.compareTo(soundUptime) >= 0;
  }

  /// The rules of `spec`.
  public static Policies of(AppSpec spec) {
    var readiness = new Readiness(awaited(spec), patience(spec));
    boolean dependent = !spec.dependsOn().isEmpty();
    return new Policies(
        spec.restart(), spec.stop(), readiness, soundUptime(spec), dependent, false);
  }

  /// The rules for a process of `spec` that is to take the place of another, or had to leave its
  /// own: it is never restarted, and only online when somebody has said that it is ready.
  public static Policies onTrial(AppSpec spec) {
    var readiness = new Readiness(true, patienceOnTrial(spec));
    return new Policies(spec.restart(), spec.stop(), readiness, soundUptime(spec), false, true);
  }

  /// In fork mode the time to get ready is short by default, as in PM2, where nobody waits for an
  /// app that does not say so itself. A process on trial has the time of cluster mode: the old one
  /// serves meanwhile.
  public static Duration patienceOnTrial(AppSpec spec) {
    Duration patience = patience(spec);
    boolean brief = !spec.cluster().enabled() && patience.compareTo(TRIAL_PATIENCE) < 0;
    return brief && spec.health().startup().isEmpty() ? TRIAL_PATIENCE : patience;
  }

  private static boolean awaited(AppSpec spec) {
    return spec.readiness().awaited() || spec.health().gates();
  }

  private static Duration patience(AppSpec spec) {
    return spec.health().startup().map(Health.Startup::within).orElse(spec.readiness().timeout());
  }

  /// The time to get ready, and twice that in which a process that is never alive after it is found
  /// out.
  private static Duration soundUptime(AppSpec spec) {
    Duration least = spec.restart().minUptime();
    return spec.health()
        .liveness()
        .map(Health.Probe::rhythm)
        .map(rhythm ->
            rhythm
                .delay()
                .plus(rhythm.interval().plus(rhythm.timeout()).multipliedBy(rhythm.failures())))
        .map(found -> found.multipliedBy(2))
        .map(twice -> awaited(spec) ? twice.plus(patience(spec)) : twice)
        .filter(twice -> twice.compareTo(least) > 0)
        .orElse(least);
  }
}
