package io.jpm.god.supervision;

import io.jpm.god.instance.Instance;
import io.jpm.supervise.Event;

/// Replaces processes that must be created again, without a gap if the app supports that.
public interface ProcessRenewal {
  /// Replaces the current process of `instance` by a new one.
  ///
  /// @param cause the trigger
  /// @param reason human-readable reason, without a full stop
  void renew(Instance instance, Event.Cause cause, String reason);
}
