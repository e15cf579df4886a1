package io.jpm.balancer.proxy;

/// An instance as those see it who choose one.
interface BackendLoad {
  /// Which of the app's instances: the same for the process that takes another's place.
  long slot();

  /// Connections that it has work with, those that are being made included.
  int load();

  /// For how long it has owed first answers and given none.
  ///
  /// @param now monotonic nanoseconds
  /// @return nanoseconds; 0 where it owes nothing
  long silent(long now);

  /// Which part of an instance's usual load it is to get.
  ///
  /// @param now monotonic nanoseconds
  /// @return more than 0, at most 1
  double share(long now);
}
