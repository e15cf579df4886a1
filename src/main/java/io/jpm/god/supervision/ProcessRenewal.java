package io.jpm.god.supervision;

import io.jpm.god.instance.Instance;
import io.jpm.supervise.Event;

/// Replaces processes that have to be made anew: without a gap where the app can have that.
public interface ProcessRenewal {
  /// Has a new process take the place of the present one of `instance`.
  ///
  /// @param cause what makes it due
  /// @param reason for people, without an end
  void renew(Instance instance, Event.Cause cause, String reason);
}
