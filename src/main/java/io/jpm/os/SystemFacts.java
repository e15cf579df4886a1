package io.jpm.os;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What this system gives a daemon, found out by trying where that is possible. What cannot be
/// found out is empty.
///
/// @param portable why processes are made the portable way; empty: they are made the Linux way
/// @param kernel name and version
/// @param features what else jpm can do depends on
/// @param cgroup where the daemon is among the control groups
/// @param ptraceScope Yama's rule about who may look into whom
/// @param limits how much the daemon may open and make
/// @param clock the system's clock
/// @param loopback6 whether `::1` can be listened on
public record SystemFacts(
    Optional<String> portable,
    String kernel,
    List<Feature> features,
    Optional<Cgroup> cgroup,
    OptionalInt ptraceScope,
    Optional<Limits> limits,
    Optional<Clock> clock,
    boolean loopback6) {
  public SystemFacts {
    features = List.copyOf(features);
  }

  /// Something that kernels or C libraries may lack.
  ///
  /// @param name as in its manual page
  /// @param works whether it does
  /// @param cost what jpm cannot do without it, in a clause
  public record Feature(String name, boolean works, String cost) {}

  /// A control group of version 2.
  ///
  /// @param path below the mount point
  /// @param controllers those that it has
  /// @param delegated whether the daemon may make groups in it
  public record Cgroup(String path, List<String> controllers, boolean delegated) {
    public Cgroup {
      controllers = List.copyOf(controllers);
    }
  }

  /// Limits; [Long#MAX_VALUE] is none.
  ///
  /// @param openFiles descriptors of the daemon
  /// @param openFilesMost what it could set that to
  /// @param processes of the daemon's user
  /// @param pids of the whole system
  /// @param running processes and threads of the whole system now
  public record Limits(
      long openFiles, long openFilesMost, long processes, long pids, long running) {}

  /// The system's clock.
  ///
  /// @param synchronised whether something keeps it right
  /// @param error how wrong it may be
  public record Clock(boolean synchronised, Duration error) {}
}
