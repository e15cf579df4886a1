package io.jpm.satan.health;

/// A running attempt of a probe. Confined to the context that started it.
interface ProbeAttempt {
  /// An attempt that has already ended.
  ProbeAttempt OVER =
      () -> {
        // There is nothing to abandon.
      };

  /// Abandons the attempt. Its result is not reported, or is ignored.
  void cancel();
}
