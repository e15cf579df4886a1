package io.jpm.model;

import java.util.Optional;
import java.util.OptionalInt;

/// The credentials, priority and sandbox with which a process starts.
///
/// @param user the name or number of the user; empty: the daemon's
/// @param group the name or number of the group; empty: the user's own, with the supplementary
///   groups
/// @param nice -20 (highest priority) to 19, as in `nice(1)`; empty: the daemon's
/// @param umask the permission bits that new files do not get, 0 to 0777; empty: the daemon's
/// @param sandbox the restrictions that the kernel enforces
public record RunAs(
    Optional<String> user,
    Optional<String> group,
    OptionalInt nice,
    OptionalInt umask,
    Sandbox sandbox) {
  /// The credentials of the daemon.
  public static final RunAs DAEMON =
      new RunAs(Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

  /// Creates credentials with the default sandbox.
  public RunAs(Optional<String> user, Optional<String> group, OptionalInt nice, OptionalInt umask) {
    this(user, group, nice, umask, Sandbox.USUAL);
  }

  public RunAs {
    if (nice.isPresent() && (nice.getAsInt() < -20 || nice.getAsInt() > 19)) {
      throw new IllegalArgumentException("nice " + nice.getAsInt() + ": use -20 to 19");
    }
    if (umask.isPresent() && (umask.getAsInt() < 0 || umask.getAsInt() > 0777)) {
      throw new IllegalArgumentException("umask: use 0 to 0777");
    }
  }
}
