package io.jpm.config.app;

import io.jpm.config.command.CallerContext;
import io.jpm.config.deploy.DeployRules;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.ConfigNode;
import java.nio.file.Path;
import java.util.Optional;

/// The context in which an app is read: the caller, the process file and the defaults.
///
/// @param label the name of the app in messages until its name is known, such as `apps[2]`
/// @param fileDirectory the process file's directory; empty for a command line
/// @param environment the name given with `--env`
/// @param deployed the variables that the file's `deploy` section sets for this environment
public record ReadContext(
    String label,
    CallerContext callerContext,
    AppDefaults defaults,
    Optional<Path> fileDirectory,
    Optional<String> environment,
    Optional<ConfigNode> deployed) {
  /// Returns a copy of this context for the app at `path` in the file.
  public ReadContext labelled(String path) {
    return path.isEmpty()
        ? this
        : new ReadContext(path, callerContext, defaults, fileDirectory, environment, deployed);
  }

  /// Returns a copy of this context for the file whose outermost value is `root`.
  public ReadContext in(ConfigNode root) {
    Optional<ConfigNode> variables = environment.flatMap(name -> DeployRules.variables(root, name));
    return new ReadContext(label, callerContext, defaults, fileDirectory, environment, variables);
  }

  /// Returns the directory against which the app's relative paths are resolved.
  Path base() {
    return fileDirectory.orElse(callerContext.cwd());
  }
}
