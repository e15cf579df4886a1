package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.TreeUsage;
import java.util.List;
import java.util.Map;

/// Satan's answer.
public sealed interface SatanReply extends BusMessage {
  /// Done.
  record Done() implements SatanReply {}

  /// What trees use, by their main processes; those that are gone are not in it.
  record Sampled(Map<ProcessIdentity, Load> loads) implements SatanReply {
    public Sampled {
      loads = Map.copyOf(loads);
    }
  }

  /// How processes are; without those whose apps have no checks.
  record Checked(Map<ProcessIdentity, HealthReport> reports) implements SatanReply {
    public Checked {
      reports = Map.copyOf(reports);
    }
  }

  /// What was used before, from the oldest on; nothing where nobody has looked for a while.
  record Past(List<UsagePoint> points) implements SatanReply {
    public Past {
      points = List.copyOf(points);
    }
  }

  /// The load of one tree.
  ///
  /// @param cpuPercent of one core, since the sample before this one; 0 at the first
  /// @param tree what it uses
  record Load(double cpuPercent, TreeUsage tree) {
    /// Resident memory of the tree.
    public long memoryBytes() {
      return tree.memoryBytes();
    }
  }
}
