package io.jpm.supervise;

import io.jpm.model.AppSpec;
import io.jpm.model.HealthProbes;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import java.time.Duration;

/// The settings of an app that determine how its instances are supervised.
///
/// @param restart when to restart
/// @param stop how to stop
/// @param readiness when an instance is online
/// @param soundUptime the minimum duration of a healthy run; a liveness failure after a run of this
///   length does not count as a failure of the app
/// @param dependent whether the app depends on other apps
/// @param candidate whether the process is a candidate or draining. If such a process exits on its
///   own or does not become ready, it is not restarted.
public record SupervisionPolicy(
    RestartPolicy restart,
    StopPolicy stop,
    ReadinessPolicy readiness,
    Duration soundUptime,
    boolean dependent,
    boolean candidate) {
  private static final Duration TRIAL_PATIENCE = Duration.ofSeconds(30);

  /// Creates the policy of an instance that is neither a candidate nor draining.
  public SupervisionPolicy(
      RestartPolicy restart, StopPolicy stop, ReadinessPolicy readiness, boolean dependent) {
    this(restart, stop, readiness, dependent, false);
  }

  /// Creates the policy of an app without a liveness probe.
  public SupervisionPolicy(
      RestartPolicy restart,
      StopPolicy stop,
      ReadinessPolicy readiness,
      boolean dependent,
      boolean trial) {
    this(restart, stop, readiness, restart.minUptime(), dependent, trial);
  }

  /// Returns a copy that stops processes as `other` specifies.
  public SupervisionPolicy withStop(StopPolicy other) {
    return new SupervisionPolicy(restart, other, readiness, soundUptime, dependent, candidate);
  }

  /// Reports whether a run of length `uptime` counts as healthy although its liveness probe has
  /// failed.
  public boolean wasHealthy(Duration uptime) {
    return uptime.compareTo(soundUptime) >= 0;
  }

  /// Returns the policy for `spec`.
  public static SupervisionPolicy of(AppSpec spec) {
    var readinessPolicy = new ReadinessPolicy(awaited(spec), patience(spec));
    boolean dependent = !spec.dependsOn().isEmpty();
    return new SupervisionPolicy(
        spec.restart(), spec.stop(), readinessPolicy, soundUptime(spec), dependent, false);
  }

  /// Returns the policy for a candidate or draining process with the given spec. The process is not
  /// restarted after an exit or a failure, and it is online only after it has been reported as
  /// ready.
  public static SupervisionPolicy forCandidate(AppSpec spec) {
    var readinessPolicy = new ReadinessPolicy(true, candidateTimeout(spec));
    return new SupervisionPolicy(
        spec.restart(), spec.stop(), readinessPolicy, soundUptime(spec), false, true);
  }

  /// Returns the time within which a candidate must become ready. In fork mode, the default timeout
  /// is short, as in PM2, because only apps that report readiness themselves are awaited. A
  /// candidate always has the longer timeout of cluster mode, because the old process serves
  /// clients in the meantime.
  public static Duration candidateTimeout(AppSpec spec) {
    Duration patience = patience(spec);
    boolean brief = !spec.cluster().enabled() && patience.compareTo(TRIAL_PATIENCE) < 0;
    return brief && spec.health().startup().isEmpty() ? TRIAL_PATIENCE : patience;
  }

  private static boolean awaited(AppSpec spec) {
    return spec.readiness().awaited() || spec.health().gatesOnline();
  }

  private static Duration patience(AppSpec spec) {
    return spec.health()
        .startup()
        .map(HealthProbes.StartupProbe::within)
        .orElse(spec.readiness().timeout());
  }

  /// Returns twice the time that the liveness probe needs to detect a process that is never alive,
  /// plus the readiness timeout if readiness is awaited. The result is at least `min_uptime`.
  private static Duration soundUptime(AppSpec spec) {
    Duration least = spec.restart().minUptime();
    return spec.health()
        .liveness()
        .map(HealthProbes.Probe::rhythm)
        .map(probeTiming ->
            probeTiming
                .delay()
                .plus(
                    probeTiming
                        .interval()
                        .plus(probeTiming.timeout())
                        .multipliedBy(probeTiming.failures())))
        .map(found -> found.multipliedBy(2))
        .map(twice -> awaited(spec) ? twice.plus(patience(spec)) : twice)
        .filter(twice -> twice.compareTo(least) > 0)
        .orElse(least);
  }
}
