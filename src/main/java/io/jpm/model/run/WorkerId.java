package io.jpm.model.run;

/// Identifies one process of one instance. While an instance is being reloaded it has two processes
/// with the same [InstanceId], which differ in `birth`.
///
/// @param id the instance
/// @param birth the incarnation: the time at which this holder of the id was added, in milliseconds
///   since 1970
/// @param generation the number of the spawn within the incarnation
public record WorkerId(InstanceId id, long birth, long generation) {
  /// Returns the part that all spawns of the incarnation have in common.
  public Slot slot() {
    return new Slot(id, birth);
  }

  /// Identifies one incarnation of an instance, which has one process after the other.
  ///
  /// @param id the instance
  /// @param birth as in [WorkerId]
  public record Slot(InstanceId id, long birth) {}
}
