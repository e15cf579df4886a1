package io.jpm.model.run;

/// One process of one instance. While an instance is being reloaded there are two with the same
/// [InstanceId], which differ in their birth.
///
/// @param id the instance
/// @param birth when what it is supervised as was added, milliseconds since 1970
/// @param generation which of its spawns
public record WorkerId(InstanceId id, long birth, long generation) {
  /// Whose process it is: what all its spawns have in common.
  public Slot slot() {
    return new Slot(id, birth);
  }

  /// One instance as it is supervised: its processes come one after the other.
  ///
  /// @param id the instance
  /// @param birth as in [WorkerId]
  public record Slot(InstanceId id, long birth) {}
}
