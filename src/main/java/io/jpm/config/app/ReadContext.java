package io.jpm.config.app;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.DeployRules;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.Node;
import java.nio.file.Path;
import java.util.Optional;

/// What an app does not say itself.
///
/// @param label how to call the app while its name is not known: `apps[2]`
/// @param fileDirectory the process file's directory; empty on the command line
/// @param environment the name that `--env` gives
/// @param deployed what the file's `deploy` has as variables for that name
public record ReadContext(
    String label,
    CallerContext callerContext,
    AppDefaults defaults,
    Optional<Path> fileDirectory,
    Optional<String> environment,
    Optional<Node> deployed) {
  /// The same for the app at a path of the file.
  public ReadContext labelled(String path) {
    return path.isEmpty()
        ? this
        : new ReadContext(path, callerContext, defaults, fileDirectory, environment, deployed);
  }

  /// The same in a file with this outermost value.
  public ReadContext in(Node root) {
    Optional<Node> variables = environment.flatMap(name -> DeployRules.variables(root, name));
    return new ReadContext(label, callerContext, defaults, fileDirectory, environment, variables);
  }

  /// Where the app's own relative paths begin.
  Path base() {
    return fileDirectory.orElse(callerContext.cwd());
  }
}
