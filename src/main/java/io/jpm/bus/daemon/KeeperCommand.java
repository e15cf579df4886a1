package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import io.jpm.model.process.ProcessIdentity;
import java.nio.file.Path;
import java.util.List;

/// A command about the resources that the keeper holds while no daemon runs. Sent to
/// [io.jpm.bus.Addresses#KEEPER_COMMAND], without a reply.
public sealed interface KeeperCommand extends BusMessage {
  /// Keeps these log pipes open from now on.
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

  /// Records how this process ends, if it ends while no daemon runs.
  record Remember(ProcessIdentity process) implements KeeperCommand {}
}
