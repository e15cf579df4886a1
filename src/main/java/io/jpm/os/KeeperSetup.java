package io.jpm.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a keeper is made of, and how it is to start the daemon again.
///
/// @param home the daemon's home directory, absolute
/// @param root the installation: the keeper is its `bin/jpm-keeper`
/// @param variables those of [#VARIABLES] with which the daemon was started
public record KeeperSetup(Path home, Path root, Map<String, String> variables) {
  /// What `bin/jpm` reads to start a daemon, and does not leave in the daemon's environment.
  public static final List<String> VARIABLES = List.of("JPM_JAVA", "JPM_JAVA_OPTS", "JPM_AOT");

  public KeeperSetup {
    variables = Map.copyOf(variables);
  }

  /// The named pipe through which the daemon tells the keeper what to do.
  public Path fifo() {
    return home.resolve("keeper.fifo");
  }

  /// Who the keeper is, for the next daemon.
  public Path record() {
    return home.resolve("keeper.pid");
  }

  /// The program.
  public Path script() {
    return root.resolve("bin").resolve("jpm-keeper");
  }
}
