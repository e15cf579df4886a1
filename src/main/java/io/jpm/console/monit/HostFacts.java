package io.jpm.console.monit;

import java.time.Duration;
import java.util.Optional;

/// Facts about the daemon and its machine.
///
/// @param version the version of jpm
/// @param pid the pid of the daemon
/// @param uptime how long the daemon has been running
/// @param host the usage of the machine; empty if it is not known yet
public record HostFacts(String version, long pid, Duration uptime, Optional<Host> host) {
  /// The usage of the whole machine.
  ///
  /// @param cores the number of processors, at least 1
  /// @param cpuPercent the CPU usage, in percent of one core, summed over all cores
  /// @param memoryBytes the total memory
  /// @param availableBytes the memory available to programs
  /// @param load the load average over one minute
  public record Host(
      int cores, double cpuPercent, long memoryBytes, long availableBytes, double load) {}
}
