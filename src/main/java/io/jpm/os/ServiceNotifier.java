package io.jpm.os;

/// Whoever has started the daemon as a service and wants to hear how it is.
@FunctionalInterface
public interface ServiceNotifier {
  /// Nobody does.
  ServiceNotifier NOBODY = _ -> {};

  /// Says it. May block for a moment: never call it on an event loop. Somebody who cannot be
  /// reached is no problem of the daemon's.
  ///
  /// @param state lines of `NAME=value` as in `sd_notify(3)`
  void say(String state);
}
