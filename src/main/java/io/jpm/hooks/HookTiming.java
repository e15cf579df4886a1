package io.jpm.hooks;

import java.time.Duration;

/// How long hooks may take.
///
/// @param command after this a command's tree is killed
/// @param webhook for each try
/// @param retries when a webhook is tried again
record HookTiming(Duration command, Duration webhook, RetryPlan retries) {
  static final HookTiming USUAL =
      new HookTiming(Duration.ofSeconds(30), Duration.ofSeconds(5), RetryPlan.USUAL);
}
