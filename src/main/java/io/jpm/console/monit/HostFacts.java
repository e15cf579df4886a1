package io.jpm.console.monit;

import java.time.Duration;
import java.util.Optional;

/// The daemon and what it runs on.
///
/// @param version jpm's version
/// @param pid the daemon's process
/// @param uptime how long the daemon has run
/// @param host what the machine uses; empty: not known yet
public record HostFacts(String version, long pid, Duration uptime, Optional<Host> host) {
  /// What the whole machine uses.
  ///
  /// @param cores how many processors it has, 1 or more
  /// @param cpuPercent of one core, of all of them together
  /// @param memoryBytes how much memory there is
  /// @param availableBytes how much of it programs could still have
  /// @param load over one minute
  public record Host(
      int cores, double cpuPercent, long memoryBytes, long availableBytes, double load) {}
}
