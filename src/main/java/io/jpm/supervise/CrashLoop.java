package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Phase;
import java.time.Duration;

/// Whether an instance fails again and again, which its phase does not tell: it is `online` most of
/// the time. Shown as `crash-looping`.
public final class CrashLoop {
  /// With so many ends in a row that came too soon, or failures within the restart window, it is a
  /// loop.
  private static final int ENDS = 3;

  private CrashLoop() {}

  /// Whether it is in a loop now.
  ///
  /// @param nowNanos monotonic time
  public static boolean is(Supervised state, RestartPolicy policy, long nowNanos) {
    if (state.desiredState() != DesiredState.UP || state.phase() == Phase.STOPPED) {
      return false;
    }
    Counters.Failures failures = state.counters().failures();
    boolean often =
        failures.count() >= Math.min(ENDS, policy.window().most())
            && failures.isWithin(policy.window(), nowNanos)
            && policy.window().limited();
    boolean loops = state.unstable() >= ENDS || often;
    return loops && !isSound(state, policy, nowNanos);
  }

  private static boolean isSound(Supervised state, RestartPolicy policy, long nowNanos) {
    return state.phase() == Phase.ONLINE
        && nowNanos - state.onlineSinceNanos() >= soundRun(policy).toNanos();
  }

  /// A run this long ends a loop.
  public static Duration soundRun(RestartPolicy policy) {
    return policy.minUptime().compareTo(Backoff.RESET) > 0 ? policy.minUptime() : Backoff.RESET;
  }
}
