package io.jpm.supervise;

import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.run.Exit;

/// Whether a run that has ended is followed by another one.
///
/// @param trial whether none follows, whatever the policy says
record RestartRules(RestartPolicy policy, boolean trial) {
  /// After an end of its own.
  ///
  /// @param words how it ended, for people
  /// @param counters with this end counted
  /// @param online whether it had come so far
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

  /// After a process that had to be ended because it did not become ready.
  EndRules afterNoReadiness(String words, Counters counters) {
    if (trial) {
      return new EndRules.Rest(words);
    }
    return policy.when() == When.NEVER ? off(words) : failedStart(words, counters);
  }

  /// After a process that had to be ended because it was not well.
  EndRules afterIllness(String words, Counters counters) {
    if (trial) {
      return new EndRules.Rest(words);
    }
    return policy.when() == When.NEVER
        ? off(words)
        : brake(words, counters, inARow(counters.unstable(), "run") + " not well for long");
  }

  /// After a process could not be made for want of means: there was no run yet that `never` would
  /// have been the end of.
  EndRules afterRefusal(String words, Counters counters) {
    return trial ? new EndRules.Rest(words) : failedStart(words, counters);
  }

  private static EndRules off(String words) {
    return new EndRules.Rest(DurationText.then(words, "autorestart is off"));
  }

  private EndRules failedStart(String words, Counters counters) {
    return brake(words, counters, inARow(counters.unstable(), "failed start"));
  }

  /// PM2's limit is looked at first: its words say more.
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
