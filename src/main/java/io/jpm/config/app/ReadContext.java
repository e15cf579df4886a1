package io.jpm.config.app;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.DeployRules;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/// The context in which an app is read, with the values that it does not set itself.
///
/// @param label the name of the app in messages while its own name is not known: `apps[2]`
/// @param fileDirectory the process file's directory; empty for a command line
/// @param environment the name given with `--env`
/// @param deployed the variables that the file's `deploy` section sets for that name
public record ReadContext(
    String label,
    CallerContext callerContext,
    AppDefaults defaults,
    Optional<Path> fileDirectory,
    Optional<String> environment,
    Optional<ConfigNode> deployed) {
  /// Returns this context for the app at a path of the file.
  public ReadContext labelled(String path) {
    return path.isEmpty()
        ? this
        : new ReadContext(path, callerContext, defaults, fileDirectory, environment, deployed);
  }

  /// Returns this context for a file with this outermost value.
  public ReadContext in(ConfigNode root) {
    Optional<ConfigNode> variables = environment.flatMap(name -> DeployRules.variables(root, name));
    return new ReadContext(label, callerContext, defaults, fileDirectory, environment, variables);
  }

  /// Returns the directory to which the app's own relative paths refer.
  Path base() {
    return fileDirectory.orElse(callerContext.cwd());
  }
}
