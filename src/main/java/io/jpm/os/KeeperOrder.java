package io.jpm.os;

import java.nio.file.Path;
import java.util.List;

/// What a keeper can be told.
public sealed interface KeeperOrder {
  /// Keep these log pipes open.
  record Hold(List<Path> fifos) implements KeeperOrder {
    public Hold {
      fifos = List.copyOf(fifos);
    }
  }

  /// Let go of these log pipes.
  record Drop(List<Path> fifos) implements KeeperOrder {
    public Drop {
      fifos = List.copyOf(fifos);
    }
  }

  /// Start the daemon again when it ends.
  record Guard() implements KeeperOrder {}

  /// Do not start the daemon again; go on holding, and end with the daemon where there is nothing
  /// to hold.
  record Rest() implements KeeperOrder {}

  /// There is nothing to keep any more: end.
  record Quit() implements KeeperOrder {}
}
