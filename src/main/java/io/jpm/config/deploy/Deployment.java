package io.jpm.config.deploy;

import io.jpm.config.values.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The deployment of one environment, as described by the `deploy` section of a process file.
///
/// All values except the commands in `hooks` are data and must be quoted in a command line. They
/// contain neither line breaks nor NUL. Values that become arguments of `ssh` or `git` do not begin
/// with a hyphen.
///
/// @param environment the section's name, such as `production`
/// @param hosts the machines, at least one, in the order of deployment; `localhost` is this machine
/// @param login how to log in to the machines
/// @param repo the repository for `git clone`
/// @param ref the commit to deploy, such as `origin/main`
/// @param path the directory on the machines: absolute, or beginning with `~/`
/// @param fast whether to fetch only the newest commits
/// @param variables variables for the commands, in addition to those of the machine
/// @param hooks the commands by their key, such as `post-deploy`
public record Deployment(
    String environment,
    List<String> hosts,
    Login login,
    String repo,
    String ref,
    String path,
    boolean fast,
    Map<String, String> variables,
    Map<String, String> hooks) {
  public Deployment {
    hosts = List.copyOf(hosts);
    variables = Map.copyOf(variables);
    hooks = Map.copyOf(hooks);
  }

  /// The options of `ssh`.
  ///
  /// @param user the user on the machine; empty for the default of ssh
  /// @param key the file that contains the private key; may begin with `~/`
  /// @param port the port of the ssh server
  /// @param options the options, each passed after `-o`
  /// @param forwardAgent whether to forward the caller's ssh agent
  /// @param terminal whether to allocate a terminal for commands
  public record Login(
      Optional<String> user,
      Optional<String> key,
      OptionalInt port,
      List<String> options,
      boolean forwardAgent,
      boolean terminal) {
    public Login {
      options = List.copyOf(options);
    }
  }

  /// The result of reading a `deploy` section.
  ///
  /// @param deployment the deployment; empty if there is any problem
  /// @param problems every mistake found
  /// @param warnings messages for the user that do not prevent the deployment
  public record Outcome(
      Optional<Deployment> deployment, List<Problem> problems, List<String> warnings) {
    public Outcome {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
      deployment = problems.isEmpty() ? deployment : Optional.empty();
    }
  }
}
