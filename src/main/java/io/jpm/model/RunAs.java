package io.jpm.model;

import java.util.Optional;
import java.util.OptionalInt;

/// The credentials, priority and sandbox with which a process starts.
///
/// @param user the name or number of the user; empty for the daemon's user
/// @param group the name or number of the group; empty for the user's own group, including the
///   supplementary groups
/// @param nice the priority from -20 (highest) to 19, as in `nice(1)`; empty for the daemon's
///   priority
/// @param umask the permission bits that are removed from new files, 0 to 0777; empty for the
///   daemon's umask
/// @param sandbox the restrictions that the kernel enforces
public record RunAs(
    Optional<String> user,
    Optional<String> group,
    OptionalInt nice,
    OptionalInt umask,
    Sandbox sandbox) {
  /// The credentials and the priority of the daemon, with the default sandbox.
  public static final RunAs DAEMON =
      new RunAs(Optional.empty(), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());

  /// Creates credentials with the default sandbox.
  public RunAs(Optional<String> user, Optional<String> group, OptionalInt nice, OptionalInt umask) {
    this(user, group, nice, umask, Sandbox.USUAL);
  }

  public RunAs {
    if (nice.isPresent() && (nice.getAsInt() < -20 || nice.getAsInt() > 19)) {
      throw new IllegalArgumentException("nice must be between -20 and 19, not " + nice.getAsInt());
    }
    if (umask.isPresent() && (umask.getAsInt() < 0 || umask.getAsInt() > 0777)) {
      throw new IllegalArgumentException("umask must be between 0 and 0777");
    }
  }
}
