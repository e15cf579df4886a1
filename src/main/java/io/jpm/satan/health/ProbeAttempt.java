package io.jpm.satan.health;

/// A running attempt of a probe. Confined to the context that started it.
interface ProbeAttempt {
  /// An attempt that has already finished.
  ProbeAttempt OVER =
      () -> {
        // There is nothing to cancel.
      };

  /// Cancels the attempt. Its result is not reported, or is ignored.
  void cancel();
}
