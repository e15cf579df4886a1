package io.jpm.os;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The capabilities, limits and settings of this system that matter to a daemon, tested where
/// possible. A fact that cannot be determined is empty.
///
/// @param portable why the portable implementation is in use; empty: the Linux implementation is in
///   use
/// @param kernel name and version
/// @param features kernel and library features that jpm uses
/// @param cgroup the control group of the daemon
/// @param ptraceScope Yama's setting of which processes may trace others
/// @param limits limits of open files and processes
/// @param clock the system's clock
/// @param loopback6 whether a socket can listen on `::1`
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

  /// A feature that some kernels or C libraries lack.
  ///
  /// @param name as in its manual page
  /// @param works whether it is available
  /// @param cost what jpm cannot do without it, a clause
  public record Feature(String name, boolean works, String cost) {}

  /// A control group of version 2.
  ///
  /// @param path below the mount point
  /// @param controllers its available controllers
  /// @param delegated whether the daemon may create groups in it
  public record Cgroup(String path, List<String> controllers, boolean delegated) {
    public Cgroup {
      controllers = List.copyOf(controllers);
    }
  }

  /// Limits; [Long#MAX_VALUE] means no limit.
  ///
  /// @param openFiles limit of open files of the daemon
  /// @param openFilesMost maximum to which the daemon could raise it
  /// @param processes limit of processes of the daemon's user
  /// @param pids limit of processes and threads of the whole system
  /// @param running current number of processes and threads of the whole system
  public record Limits(
      long openFiles, long openFilesMost, long processes, long pids, long running) {}

  /// The system's clock.
  ///
  /// @param synchronised whether the clock is synchronized
  /// @param error maximum error of the clock
  public record Clock(boolean synchronised, Duration error) {}
}
