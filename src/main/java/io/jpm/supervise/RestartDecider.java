package io.jpm.supervise;

import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.process.Exit;

/// Decides whether an instance is started again after a run has ended.
///
/// @param candidate whether the process is a candidate or draining, which is never started again
record RestartDecider(RestartPolicy policy, boolean candidate) {
  /// Decides after a process has exited on its own.
  ///
  /// @param words a human-readable description of the exit
  /// @param restartCounters the counters, including this run
  /// @param online whether the instance was online
  RestartDecision afterExit(
      Exit exit, String words, RestartCounters restartCounters, boolean online) {
    if (candidate) {
      return new RestartDecision.StayStopped(words);
    }
    if (policy.when() == When.NEVER) {
      return off(words);
    }
    if (exit instanceof Exit.Code(int code) && policy.stopExitCodes().contains(code)) {
      return new RestartDecision.StayStopped(DurationText.then(words, "in stop_exit_codes"));
    }
    if (policy.when() == When.ON_FAILURE && exit.isClean()) {
      return new RestartDecision.StayStopped(
          DurationText.then(words, "restart is " + When.ON_FAILURE.keyword()));
    }
    return online
        ? brake(
            words,
            restartCounters,
            inARow(restartCounters.unstable(), "run") + " shorter than " + minUptime())
        : failedStart(words, restartCounters);
  }

  /// Decides after a process was stopped because it did not become ready in time.
  RestartDecision afterReadinessTimeout(String words, RestartCounters restartCounters) {
    if (candidate) {
      return new RestartDecision.StayStopped(words);
    }
    return policy.when() == When.NEVER ? off(words) : failedStart(words, restartCounters);
  }

  /// Decides after a process was stopped because its liveness probe failed.
  RestartDecision afterLivenessFailure(String words, RestartCounters restartCounters) {
    if (candidate) {
      return new RestartDecision.StayStopped(words);
    }
    return policy.when() == When.NEVER
        ? off(words)
        : brake(
            words,
            restartCounters,
            inARow(restartCounters.unstable(), "run") + " with an early liveness failure");
  }

  /// Decides after a process could not be created because of a lack of resources. The policy
  /// `never` does not apply, because there was no run that could have ended.
  RestartDecision afterSpawnRefusal(String words, RestartCounters restartCounters) {
    return candidate ? new RestartDecision.StayStopped(words) : failedStart(words, restartCounters);
  }

  private static RestartDecision off(String words) {
    return new RestartDecision.StayStopped(DurationText.then(words, "autorestart is off"));
  }

  private RestartDecision failedStart(String words, RestartCounters restartCounters) {
    return brake(words, restartCounters, inARow(restartCounters.unstable(), "failed start"));
  }

  /// Checks PM2's limit (`max_restarts`) before the restart window, because the message about
  /// `max_restarts` is more specific.
  private RestartDecision brake(String words, RestartCounters restartCounters, String failures) {
    int unstable = restartCounters.unstable();
    if (unstable == 0 || unstable < policy.maxRestarts()) {
      return inWindow(words, restartCounters.failures().count());
    }
    return new RestartDecision.GiveUp(
        DurationText.thenAtLast(
            words, "gave up after %s (max_restarts %d)".formatted(failures, policy.maxRestarts())));
  }

  private RestartDecision inWindow(String words, int failures) {
    RestartWindow window = policy.window();
    if (!window.limited() || failures < window.most()) {
      return new RestartDecision.Again();
    }
    return new RestartDecision.GiveUp(
        DurationText.thenAtLast(
            words,
            "gave up after %d failures within %s (restart_window)"
                .formatted(failures, DurationText.of(window.time()))));
  }

  private static String inARow(int count, String what) {
    return count == 1 ? "1 " + what : count + " " + what + "s in a row";
  }

  private String minUptime() {
    return DurationText.of(policy.minUptime());
  }
}
