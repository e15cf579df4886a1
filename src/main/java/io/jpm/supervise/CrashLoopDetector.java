package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Phase;
import java.time.Duration;

/// Detects whether an instance fails repeatedly, which is displayed as `crash-looping`. The phase
/// does not show this, because it is `online` most of the time.
public final class CrashLoopDetector {
  /// Number of consecutive short runs, or of failures within the restart window, that counts as a
  /// crash loop.
  private static final int ENDS = 3;

  private CrashLoopDetector() {}

  /// Reports whether the instance is in a crash loop.
  ///
  /// @param nowNanos the monotonic time
  public static boolean isLooping(InstanceState state, RestartPolicy policy, long nowNanos) {
    if (state.desiredState() != DesiredState.UP || state.phase() == Phase.STOPPED) {
      return false;
    }
    RestartCounters.Failures failures = state.counters().failures();
    boolean often =
        failures.count() >= Math.min(ENDS, policy.window().most())
            && failures.isWithin(policy.window(), nowNanos)
            && policy.window().limited();
    boolean loops = state.unstable() >= ENDS || often;
    return loops && !isSound(state, policy, nowNanos);
  }

  private static boolean isSound(InstanceState state, RestartPolicy policy, long nowNanos) {
    return state.phase() == Phase.ONLINE
        && nowNanos - state.onlineSinceNanos() >= recoveryTime(policy).toNanos();
  }

  /// Returns how long a run must last to count as recovery from a crash loop.
  public static Duration recoveryTime(RestartPolicy policy) {
    return policy.minUptime().compareTo(Backoff.RESET) > 0 ? policy.minUptime() : Backoff.RESET;
  }
}
