package io.jpm.supervise;

import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.run.Exit;

/// Decides whether another run follows a run that has ended.
///
/// @param trial whether no run follows, regardless of the policy
record RestartRules(RestartPolicy policy, boolean trial) {
  /// Decides after an exit by itself.
  ///
  /// @param words human-readable description of the exit
  /// @param counters the counters including this run
  /// @param online whether the instance was online
  EndRules afterExit(Exit exit, String words, Counters counters, boolean online) {
    if (trial) {
      return new EndRules.Rest(words);
    }
    if (policy.when() == When.NEVER) {
      return off(words);
    }
    if (exit instanceof Exit.Code(int code) && policy.stopExitCodes().contains(code)) {
      return new EndRules.Rest(DurationText.then(words, "in stop_exit_codes"));
    }
    if (policy.when() == When.ON_FAILURE && exit.isClean()) {
      return new EndRules.Rest(DurationText.then(words, "restart is " + When.ON_FAILURE.word()));
    }
    return online
        ? brake(
            words, counters, inARow(counters.unstable(), "run") + " shorter than " + minUptime())
        : failedStart(words, counters);
  }

  /// Decides after a process that was stopped because it did not become ready.
  EndRules afterNoReadiness(String words, Counters counters) {
    if (trial) {
      return new EndRules.Rest(words);
    }
    return policy.when() == When.NEVER ? off(words) : failedStart(words, counters);
  }

  /// Decides after a process that was stopped because its liveness probe failed.
  EndRules afterIllness(String words, Counters counters) {
    if (trial) {
      return new EndRules.Rest(words);
    }
    return policy.when() == When.NEVER
        ? off(words)
        : brake(words, counters, inARow(counters.unstable(), "run") + " not healthy for long");
  }

  /// Decides after a process could not be created for lack of resources. The policy `never` does
  /// not apply, because there was no run that could have ended.
  EndRules afterRefusal(String words, Counters counters) {
    return trial ? new EndRules.Rest(words) : failedStart(words, counters);
  }

  private static EndRules off(String words) {
    return new EndRules.Rest(DurationText.then(words, "autorestart is off"));
  }

  private EndRules failedStart(String words, Counters counters) {
    return brake(words, counters, inARow(counters.unstable(), "failed start"));
  }

  /// Checks PM2's limit (`max_restarts`) before the restart window, because its message is more
  /// specific.
  private EndRules brake(String words, Counters counters, String failures) {
    int unstable = counters.unstable();
    if (unstable == 0 || unstable < policy.maxRestarts()) {
      return inWindow(words, counters.failures().count());
    }
    return new EndRules.GiveUp(
        DurationText.thenAtLast(
            words, "gave up after %s (max_restarts %d)".formatted(failures, policy.maxRestarts())));
  }

  private EndRules inWindow(String words, int failures) {
    RestartWindow window = policy.window();
    if (!window.limited() || failures < window.most()) {
      return new EndRules.Again();
    }
    return new EndRules.GiveUp(
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
