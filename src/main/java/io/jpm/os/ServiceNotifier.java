package io.jpm.os;

/// Reports the state of the daemon to the service manager that started it.
@FunctionalInterface
public interface ServiceNotifier {
  /// Does nothing. For a daemon that was not started by a service manager.
  ServiceNotifier NONE = _ -> {};

  /// Sends a state to the service manager. May block briefly and must not be called on an event
  /// loop. If the service manager cannot be reached, this is only logged.
  ///
  /// @param state lines in the form `NAME=value`, as in `sd_notify(3)`
  void sendState(String state);
}
