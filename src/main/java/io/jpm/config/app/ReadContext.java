package io.jpm.config.app;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.DeployRules;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/// The context in which an app is read: the caller, and the values of attributes that the app does
/// not set.
///
/// @param label the name of the app in messages until its own name is known: `apps[2]`
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
  /// Returns this context for the app at `path` in the file.
  public ReadContext labelled(String path) {
    return path.isEmpty()
        ? this
        : new ReadContext(path, callerContext, defaults, fileDirectory, environment, deployed);
  }

  /// Returns this context for a file whose outermost value is `root`.
  public ReadContext in(ConfigNode root) {
    Optional<ConfigNode> variables = environment.flatMap(name -> DeployRules.variables(root, name));
    return new ReadContext(label, callerContext, defaults, fileDirectory, environment, variables);
  }

  /// Returns the directory against which the app's relative paths are resolved.
  Path base() {
    return fileDirectory.orElse(callerContext.cwd());
  }
}
