package io.jpm.bus;

import io.jpm.model.ProcessIdentity;
import java.util.Map;

/// Satan's answer.
public sealed interface SatanReply extends BusMessage {
  /// Done.
  record Done() implements SatanReply {}

  /// What processes use; those that are gone are not in it.
  record Sampled(Map<ProcessIdentity, Load> loads) implements SatanReply {
    public Sampled {
      loads = Map.copyOf(loads);
    }
  }

  /// The load of one process.
  ///
  /// @param memoryBytes resident memory
  /// @param cpuPercent of one core, since the sample before this one; 0 at the first
  record Load(long memoryBytes, double cpuPercent) {}
}
