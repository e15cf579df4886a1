package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;

/// Whether a run that has ended is followed by another one.
///
/// @param trial whether none follows, whatever the policy says
record RestartRules(RestartPolicy policy, boolean trial) {
  /// After an end of its own.
  ///
  /// @param words how it ended, for people
  /// @param unstable failures in a row, this one included
  /// @param online whether it had come so far
  Verdict afterExit(Exit exit, String words, int unstable, boolean online) {
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
        ? brake(words, unstable, inARow(unstable, "run") + " shorter than " + minUptime())
        : failedStart(words, unstable);
  }

  /// After a process that had to be ended because it did not become ready.
  Verdict afterNoReadiness(String words, int unstable) {
    if (trial) {
      return new Verdict.Rest(words);
    }
    return policy.when() == When.NEVER ? off(words) : failedStart(words, unstable);
  }

  /// After a process that had to be ended because it was not well.
  Verdict afterIllness(String words, int unstable) {
    if (trial) {
      return new Verdict.Rest(words);
    }
    return policy.when() == When.NEVER
        ? off(words)
        : brake(words, unstable, inARow(unstable, "run") + " not well for long");
  }

  /// After a process could not be made for want of means: there was no run yet that `never` would
  /// have been the end of.
  Verdict afterRefusal(String words, int unstable) {
    return trial ? new Verdict.Rest(words) : failedStart(words, unstable);
  }

  private static Verdict off(String words) {
    return new Verdict.Rest(Words.then(words, "autorestart is off"));
  }

  private Verdict failedStart(String words, int unstable) {
    return brake(words, unstable, inARow(unstable, "failed start"));
  }

  private Verdict brake(String words, int unstable, String failures) {
    if (unstable == 0 || unstable < policy.maxRestarts()) {
      return new Verdict.Again();
    }
    return new Verdict.GiveUp(
        Words.thenAtLast(
            words, "gave up after %s (max_restarts %d)".formatted(failures, policy.maxRestarts())));
  }

  private static String inARow(int count, String what) {
    return count == 1 ? "1 " + what : count + " " + what + "s in a row";
  }

  private String minUptime() {
    return Words.of(policy.minUptime());
  }
}
