package io.jpm.console.monit;

import java.time.Duration;
import java.util.Optional;

/// Facts about the daemon and its machine.
///
/// @param version jpm's version
/// @param pid the daemon's process
/// @param uptime how long the daemon has run
/// @param host the usage of the machine; empty if not known yet
public record HostFacts(String version, long pid, Duration uptime, Optional<Host> host) {
  /// The usage of the whole machine.
  ///
  /// @param cores the number of processors, 1 or more
  /// @param cpuPercent in percent of one core, summed over all cores
  /// @param memoryBytes total memory
  /// @param availableBytes memory available to programs
  /// @param load the average of one minute
  public record Host(
      int cores, double cpuPercent, long memoryBytes, long availableBytes, double load) {}
}
