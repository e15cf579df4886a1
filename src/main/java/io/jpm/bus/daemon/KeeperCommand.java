package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import io.jpm.model.run.ProcessIdentity;
import java.nio.file.Path;
import java.util.List;

/// What the keeper is to hold while there is no daemon. Sent to
/// [io.jpm.bus.Addresses#KEEPER_COMMAND], not answered.
public sealed interface KeeperCommand extends BusMessage {
  /// Keep these log pipes open from now on.
  record Hold(List<Path> fifos) implements KeeperCommand {
    public Hold {
      fifos = List.copyOf(fifos);
    }
  }

  /// Let go of these log pipes: their app is deleted.
  record Drop(List<Path> fifos) implements KeeperCommand {
    public Drop {
      fifos = List.copyOf(fifos);
    }
  }

  /// Remember how this process ends, should it end while there is no daemon.
  record Remember(ProcessIdentity process) implements KeeperCommand {}
}
