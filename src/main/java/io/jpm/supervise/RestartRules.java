package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;

/// Whether a run that has ended is followed by another one.
///
/// @param trial whether none follows, whatever the policy says
record RestartRules(RestartPolicy policy, boolean trial) {
  /// After an end of its own.
  ///
  /// @param words how it ended, for people
  /// @param counters with this end counted
  /// @param online whether it had come so far
  Verdict afterExit(Exit exit, String words, Counters counters, boolean online) {
    if (trial) {
      return new Verdict.Rest(words);
    }
    if (policy.when() == When.NEVER) {
      return off(words);
    }
    if (exit instanceof Exit.Code(int code) && policy.stopExitCodes().contains(code)) {
      return new Verdict.Rest(Words.then(words, "in stop_exit_codes"));
    }
    if (policy.when() == When.ON_FAILURE && exit.isClean()) {
      return new Verdict.Rest(Words.then(words, "restart is " + When.ON_FAILURE.word()));
    }
    return online
        ? brake(
            words, counters, inARow(counters.unstable(), "run") + " shorter than " + minUptime())
        : failedStart(words, counters);
  }

  /// After a process that had to be ended because it did not become ready.
  Verdict afterNoReadiness(String words, Counters counters) {
    if (trial) {
      return new Verdict.Rest(words);
    }
    return policy.when() == When.NEVER ? off(words) : failedStart(words, counters);
  }

  /// After a process that had to be ended because it was not well.
  Verdict afterIllness(String words, Counters counters) {
    if (trial) {
      return new Verdict.Rest(words);
    }
    return policy.when() == When.NEVER
        ? off(words)
        : brake(words, counters, inARow(counters.unstable(), "run") + " not well for long");
  }

  /// After a process could not be made for want of means: there was no run yet that `never` would
  /// have been the end of.
  Verdict afterRefusal(String words, Counters counters) {
    return trial ? new Verdict.Rest(words) : failedStart(words, counters);
  }

  private static Verdict off(String words) {
    return new Verdict.Rest(Words.then(words, "autorestart is off"));
  }

  private Verdict failedStart(String words, Counters counters) {
    return brake(words, counters, inARow(counters.unstable(), "failed start"));
  }

  /// PM2's limit is looked at first: its words say more.
  private Verdict brake(String words, Counters counters, String failures) {
    int unstable = counters.unstable();
    if (unstable == 0 || unstable < policy.maxRestarts()) {
      return inWindow(words, counters.failures().count());
    }
    return new Verdict.GiveUp(
        Words.thenAtLast(
            words, "gave up after %s (max_restarts %d)".formatted(failures, policy.maxRestarts())));
  }

  private Verdict inWindow(String words, int failures) {
    RestartWindow window = policy.window();
    if (!window.limited() || failures < window.most()) {
      return new Verdict.Again();
    }
    return new Verdict.GiveUp(
        Words.thenAtLast(
            words,
            "gave up after %d failures within %s (restart_window)"
                .formatted(failures, Words.of(window.time()))));
  }

  private static String inARow(int count, String what) {
    return count == 1 ? "1 " + what : count + " " + what + "s in a row";
  }

  private String minUptime() {
    return Words.of(policy.minUptime());
  }
}
