package io.jpm.os;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The paths and variables with which the keeper runs and restarts the daemon.
///
/// @param home the daemon's home directory, absolute
/// @param root the installation directory, which contains the keeper as `bin/jpm-keeper`
/// @param variables the variables named in [#VARIABLES] that were set when the daemon was started
public record KeeperSetup(Path home, Path root, Map<String, String> variables) {
  /// Names of the environment variables that `bin/jpm` reads when it starts a daemon and removes
  /// from the daemon's environment.
  public static final List<String> VARIABLES = List.of("JPM_JAVA", "JPM_JAVA_OPTS", "JPM_AOT");

  public KeeperSetup {
    variables = Map.copyOf(variables);
  }

  /// Returns the path of the named pipe through which the daemon sends instructions to the keeper.
  public Path fifo() {
    return home.resolve("keeper.fifo");
  }

  /// Returns the path of the pid file, by which the next daemon recognizes the keeper process.
  public Path pidFile() {
    return home.resolve("keeper.pid");
  }

  /// Returns the path of the keeper program.
  public Path script() {
    return root.resolve("bin").resolve("jpm-keeper");
  }
}
