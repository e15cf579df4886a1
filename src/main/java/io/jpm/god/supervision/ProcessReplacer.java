package io.jpm.god.supervision;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.supervise.SupervisionEvent;

/// Replaces processes, without downtime if the app supports that.
public interface ProcessReplacer {
  /// Replaces the current process of the instance with a new one.
  ///
  /// @param restartCause the trigger of the replacement
  /// @param reason a human-readable reason, without a full stop
  void renew(
      SupervisedInstance supervisedInstance,
      SupervisionEvent.RestartCause restartCause,
      String reason);
}
