package io.jpm.satan.health;

/// One attempt under way. Owned by the context that began it.
interface Attempt {
  /// An attempt that is over already.
  Attempt OVER =
      () -> {
        // Nothing to end.
      };

  /// Ends it; what it would find is not told any more, or does not count.
  void giveUp();
}
