package io.jpm.console.file;

import io.jpm.config.deploy.Deployment;
import java.util.TreeMap;

/// Formats a deployment for `bin/jpm-deploy`. Each line consists of a key and a value, separated by
/// a space. Backslashes, line feeds and carriage returns are escaped as `\\`, `\n` and `\r`.
final class DeployLines {
  /// The first line, which identifies the format to the client.
  static final String HEAD = "jpm-deploy 1";

  private final StringBuilder text = new StringBuilder(HEAD).append('\n');

  private DeployLines() {}

  /// Returns the lines for `deployment`.
  ///
  /// @param file the process file, as a path that the caller can use
  static String of(String file, Deployment deployment) {
    var lines = new DeployLines();
    Deployment.Login login = deployment.login();
    lines.add("file", file);
    lines.add("environment", deployment.environment());
    deployment.hosts().forEach(host -> lines.add("host", host));
    login.user().ifPresent(user -> lines.add("user", user));
    login.key().ifPresent(key -> lines.add("key", key));
    login.port().ifPresent(port -> lines.add("port", Integer.toString(port)));
    login.options().forEach(option -> lines.add("ssh_option", option));
    lines.addFlag("forward-agent", login.forwardAgent());
    lines.addFlag("needs_tty", login.terminal());
    lines.add("repo", deployment.repo());
    lines.add("ref", deployment.ref());
    lines.add("path", deployment.path());
    lines.addFlag("fast", deployment.fast());
    new TreeMap<>(deployment.variables())
        .forEach((name, value) -> lines.add("env", name + "=" + value));
    new TreeMap<>(deployment.hooks()).forEach(lines::add);
    return lines.text.toString();
  }

  private void addFlag(String key, boolean set) {
    if (set) {
      add(key, "yes");
    }
  }

  private void add(String key, String value) {
    String line = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    text.append(key).append(' ').append(line).append('\n');
  }
}
