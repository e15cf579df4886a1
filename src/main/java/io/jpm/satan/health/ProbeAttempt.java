package io.jpm.satan.health;

/// A running attempt of a probe. Confined to the context that started it.
interface ProbeAttempt {
  /// An attempt that has already finished and needs no cancellation.
  ProbeAttempt OVER =
      () -> {
        // There is nothing to cancel.
      };

  /// Cancels the attempt. If a result is still reported, the caller must ignore it.
  void cancel();
}
