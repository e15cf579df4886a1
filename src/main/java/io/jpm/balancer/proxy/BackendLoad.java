package io.jpm.balancer.proxy;

/// The properties of an instance on which the selection depends.
interface BackendLoad {
  /// Returns the id of the instance, which is the same for a process that replaces another.
  long slot();

  /// Returns the number of connections that cause work, including those that are being made.
  int load();

  /// Returns for how long it has owed first responses without sending one.
  ///
  /// @param now monotonic nanoseconds
  /// @return nanoseconds; 0 if it owes nothing
  long silent(long now);

  /// Returns the part of an instance's usual load that it should receive.
  ///
  /// @param now monotonic nanoseconds
  /// @return more than 0, at most 1
  double share(long now);
}
