package io.jpm.god.supervision;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.supervise.SupervisionEvent;

/// Replaces processes that must be created again, without a gap if the app supports that.
public interface ProcessRenewal {
  /// Replaces the current process of `instance` by a new one.
  ///
  /// @param restartCause the trigger
  /// @param reason human-readable reason, without a full stop
  void renew(
      SupervisedInstance supervisedInstance,
      SupervisionEvent.RestartCause restartCause,
      String reason);
}
