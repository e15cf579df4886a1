package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import java.util.List;
import java.util.Map;

/// Satan's reply to a [SatanCommand].
public sealed interface SatanReply extends BusMessage {
  /// The command was carried out.
  record Done() implements SatanReply {}

  /// The resource usage of each process tree, keyed by the main process of the tree. Processes that
  /// have terminated are omitted.
  record Sampled(Map<ProcessIdentity, MeasuredUsage> usages) implements SatanReply {
    public Sampled {
      usages = Map.copyOf(usages);
    }
  }

  /// The health of processes. Processes whose apps have no probes are omitted.
  record Health(Map<ProcessIdentity, HealthReport> reports) implements SatanReply {
    public Health {
      reports = Map.copyOf(reports);
    }
  }

  /// The recorded resource usage, oldest first; empty if it was not requested recently.
  record RecordedUsage(List<UsagePoint> points) implements SatanReply {
    public RecordedUsage {
      points = List.copyOf(points);
    }
  }

  /// The resource usage of one process tree.
  ///
  /// @param cpuPercent the CPU usage since the previous sample, in percent of one core; 0 for the
  ///   first sample
  /// @param tree the memory and other usage
  record MeasuredUsage(double cpuPercent, TreeUsage tree) {
    /// Returns the resident memory of the tree.
    public long memoryBytes() {
      return tree.memoryBytes();
    }
  }
}
