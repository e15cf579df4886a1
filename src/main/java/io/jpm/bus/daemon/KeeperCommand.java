package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import io.jpm.model.process.ProcessIdentity;
import java.nio.file.Path;
import java.util.List;

/// A command to the keeper, which holds resources open while no daemon runs. Sent to
/// [io.jpm.bus.Addresses#KEEPER_COMMAND]; not answered.
public sealed interface KeeperCommand extends BusMessage {
  /// Holds these log pipes open from now on.
  record Hold(List<Path> fifos) implements KeeperCommand {
    public Hold {
      fifos = List.copyOf(fifos);
    }
  }

  /// Closes these log pipes, because their app was deleted.
  record Drop(List<Path> fifos) implements KeeperCommand {
    public Drop {
      fifos = List.copyOf(fifos);
    }
  }

  /// Records the exit status of this process if it exits while no daemon runs.
  record Remember(ProcessIdentity process) implements KeeperCommand {}
}
