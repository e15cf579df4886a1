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

  /// Do not restart the daemon, but keep holding the log pipes. If there are none, exit when the
  /// daemon exits.
  record Rest() implements KeeperInstruction {}

  /// Exit, because there is nothing left to hold.
  record Quit() implements KeeperInstruction {}
}
