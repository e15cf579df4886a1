package io.jpm.os;

import java.nio.file.Path;
import java.util.List;

/// An instruction to the keeper.
public sealed interface KeeperInstruction {
  /// Keep these log pipes open.
  record Hold(List<Path> fifos) implements KeeperInstruction {
    public Hold {
      fifos = List.copyOf(fifos);
    }
  }

  /// Close these log pipes.
  record Drop(List<Path> fifos) implements KeeperInstruction {
    public Drop {
      fifos = List.copyOf(fifos);
    }
  }

  /// Restart the daemon when it dies.
  record Guard() implements KeeperInstruction {}

  /// Do not restart the daemon, but keep the log pipes open. If no log pipes have to be kept open,
  /// exit when the daemon exits.
  record Rest() implements KeeperInstruction {}

  /// Exit, because no log pipe has to be kept open any more.
  record Quit() implements KeeperInstruction {}
}
