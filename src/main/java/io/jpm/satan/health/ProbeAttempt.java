package io.jpm.satan.health;

/// One attempt under way. Owned by the context that began it.
interface ProbeAttempt {
  /// An attempt that is over already.
  ProbeAttempt OVER =
      () -> {
        // Nothing to end.
      };

  /// Ends it; what it would find is not told any more, or does not count.
  void giveUp();
}
