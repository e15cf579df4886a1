package io.jpm.hooks;

import java.time.Duration;

/// Time limits of hooks.
///
/// @param command the time after which a command's process tree is killed
/// @param webhook the time limit of each attempt to post a webhook
/// @param retries when a webhook is retried
record HookTiming(Duration command, Duration webhook, RetryPlan retries) {
  static final HookTiming USUAL =
      new HookTiming(Duration.ofSeconds(30), Duration.ofSeconds(5), RetryPlan.USUAL);
}
