package io.jpm.os;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The features, limits and settings of this system that matter to the daemon. Features are
/// determined by testing them where possible. A fact that cannot be determined is empty.
///
/// @param portable why the portable implementation is in use; empty if the Linux implementation is
///   in use
/// @param kernel the name and version of the kernel
/// @param features the kernel and library features that jpm uses
/// @param cgroup the control group of the daemon
/// @param ptraceScope Yama's setting that restricts which processes may trace others
/// @param limits the limits on open files and processes
/// @param clock the system clock
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
  /// @param name the name as in its manual page
  /// @param works whether the feature is available
  /// @param cost the consequence for jpm if the feature is missing, as a clause such as `process
  ///   exits are not detected`
  public record Feature(String name, boolean works, String cost) {}

  /// A cgroup v2 control group.
  ///
  /// @param path the path below the mount point
  /// @param controllers the available controllers
  /// @param delegated whether the daemon may create child groups in it
  public record Cgroup(String path, List<String> controllers, boolean delegated) {
    public Cgroup {
      controllers = List.copyOf(controllers);
    }
  }

  /// The limits on open files and processes; [Long#MAX_VALUE] means no limit.
  ///
  /// @param openFiles the daemon's limit on open files
  /// @param openFilesMost the maximum to which the daemon could raise it
  /// @param processes the limit on processes of the daemon's user
  /// @param pids the system-wide limit on processes and threads
  /// @param running the current number of processes and threads on the whole system
  public record Limits(
      long openFiles, long openFilesMost, long processes, long pids, long running) {}

  /// The system clock.
  ///
  /// @param synchronised whether the kernel considers the clock synchronized (`adjtimex(2)`)
  /// @param error the maximum error of the clock
  public record Clock(boolean synchronised, Duration error) {}
}
