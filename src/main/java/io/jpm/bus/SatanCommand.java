package io.jpm.bus;

import io.jpm.model.ProcessIdentity;
import java.util.List;

/// What Satan can be asked; the answer is a [SatanReply].
public sealed interface SatanCommand extends BusMessage {
  /// What these processes use now.
  record Sample(List<ProcessIdentity> processes) implements SatanCommand {
    public Sample {
      processes = List.copyOf(processes);
    }
  }
}
