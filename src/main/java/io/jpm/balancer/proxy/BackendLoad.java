package io.jpm.balancer.proxy;

/// The properties of an instance that determine its selection.
interface BackendLoad {
  /// Returns the id of the instance. A process and its replacement have the same id.
  long slot();

  /// Returns the number of connections that cause work, including those that are being established.
  int load();

  /// Returns how long the instance has owed at least one first response without sending any.
  ///
  /// @param now the current time, in monotonic nanoseconds
  /// @return the duration in nanoseconds; 0 if the instance owes no response
  long silent(long now);

  /// Returns the fraction of a full share of the load that this instance should receive.
  ///
  /// @param now the current time, in monotonic nanoseconds
  /// @return the fraction, greater than 0 and at most 1
  double share(long now);
}
