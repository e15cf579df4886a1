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

  /// Restart the daemon when it ends.
  record Guard() implements KeeperInstruction {}

  /// Do not restart the daemon. Keep holding the log pipes; if there are none, exit when the daemon
  /// ends.
  record Rest() implements KeeperInstruction {}

  /// Exit, because there is nothing left to keep.
  record Quit() implements KeeperInstruction {}
}
