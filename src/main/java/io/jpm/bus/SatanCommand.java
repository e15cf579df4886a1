package io.jpm.bus;

import io.jpm.model.ProcessIdentity;
import java.util.List;
import java.util.Map;

/// What Satan can be asked; the answer is a [SatanReply].
public sealed interface SatanCommand extends BusMessage {
  /// From now on watch the memory of these and of no other trees; a [SatanReport] tells of one that
  /// has more. Answered with [SatanReply.Done].
  ///
  /// @param bytes the limit for the tree under each main process
  record Limits(Map<ProcessIdentity, Long> bytes) implements SatanCommand {
    public Limits {
      bytes = Map.copyOf(bytes);
    }
  }

  /// What these processes use now.
  record Sample(List<ProcessIdentity> processes) implements SatanCommand {
    public Sample {
      processes = List.copyOf(processes);
    }
  }
}
