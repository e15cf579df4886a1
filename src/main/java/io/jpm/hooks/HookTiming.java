package io.jpm.hooks;

import java.time.Duration;

/// Time limits of hooks.
///
/// @param command the time after which the process tree of a command is killed
/// @param webhook the time limit for each attempt to post a webhook
/// @param retries decides when a webhook is retried
record HookTiming(Duration command, Duration webhook, RetryPlan retries) {
  static final HookTiming USUAL =
      new HookTiming(Duration.ofSeconds(30), Duration.ofSeconds(5), RetryPlan.USUAL);
}
