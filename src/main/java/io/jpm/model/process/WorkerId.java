package io.jpm.model.process;

/// Identifies one process of one instance. While an instance is being reloaded, it has two
/// processes with the same [InstanceId], which differ in `incarnation`.
///
/// @param id the id of the instance
/// @param incarnation the incarnation: the time at which this holder of the id was added, in
///   milliseconds since 1970
/// @param generation the sequence number of the spawn within the incarnation
public record WorkerId(InstanceId id, long incarnation, long generation) {
  /// Returns the identity of the incarnation, which all its spawns share.
  public Slot slot() {
    return new Slot(id, incarnation);
  }

  /// Identifies one incarnation of an instance. An incarnation has several processes, one after
  /// another.
  ///
  /// @param id the id of the instance
  /// @param incarnation the incarnation, as in [WorkerId]
  public record Slot(InstanceId id, long incarnation) {}
}
