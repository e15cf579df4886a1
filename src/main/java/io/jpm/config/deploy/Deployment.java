package io.jpm.config.deploy;

import io.jpm.config.values.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Where and how a process file's `deploy` section says that one environment is deployed.
///
/// All but the commands among `hooks` are data: whoever builds a command line of them has to quote
/// them. None has a line feed or a NUL in it, and none that becomes a word of `ssh` or `git` begins
/// with a hyphen.
///
/// @param environment the section's name, `production`
/// @param hosts one or more machines, deployed to in this order; `localhost` is this one
/// @param login how they are reached
/// @param repo what `git clone` takes
/// @param ref what is deployed: `origin/main`
/// @param path the directory on the machines: absolute, or beginning with `~/`
/// @param fast whether only the newest commits are fetched
/// @param variables what the commands get besides the machine's own
/// @param hooks commands by the name of the key that has them, such as `post-deploy`
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

  /// How `ssh` is called.
  ///
  /// @param user who to be there; empty: as ssh decides
  /// @param key file of the private key; may begin with `~/`
  /// @param port of the ssh server
  /// @param options what follows `-o` each
  /// @param forwardAgent whether the caller's agent can be used there
  /// @param terminal whether commands get a terminal
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

  /// What came of reading a `deploy` section.
  ///
  /// @param deployment empty when there is any problem
  /// @param problems every mistake found
  /// @param warnings lines to show
  public record Outcome(
      Optional<Deployment> deployment, List<Problem> problems, List<String> warnings) {
    public Outcome {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
      deployment = problems.isEmpty() ? deployment : Optional.empty();
    }
  }
}
