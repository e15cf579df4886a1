package io.jpm.console.session;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Runs the external programs that commands need: `git`, `pm2` and `post_update` commands.
public interface ExternalPrograms {
  /// A program to run.
  ///
  /// @param command the program and its arguments; the program is a path, or a name that is looked
  ///   up in the PATH of `environment`
  /// @param cwd the working directory
  /// @param environment the caller's variables; a program that runs as another user receives only
  ///   those that [io.jpm.model.text.CleanEnvironment] permits
  /// @param limit the time after which the program and its descendants are terminated
  /// @param runAs the user to run as; by default the daemon's user, who is also the caller
  /// @param added additional variables, which override those in `environment`
  record Order(
      List<String> command,
      Path cwd,
      Map<String, String> environment,
      Duration limit,
      RunAs runAs,
      Map<String, String> added) {
    /// Creates an order for a program that runs as the daemon's user.
    public Order(List<String> command, Path cwd, Map<String, String> environment, Duration limit) {
      this(command, cwd, environment, limit, RunAs.DAEMON, Map.of());
    }

    public Order {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
      added = Map.copyOf(added);
    }
  }

  /// The result of a run.
  sealed interface Outcome {
    /// The program has exited.
    ///
    /// @param code its exit code
    /// @param out its standard output
    /// @param err the first 64 KiB of its standard error
    record Ended(int code, String out, String err) implements Outcome {}

    /// The program could not be started, or was terminated before it finished.
    ///
    /// @param why a message that begins with the name of the program
    record Failed(String why) implements Outcome {}
  }

  /// Runs the program without standard input. The returned stage never fails: an error is reported
  /// as [Outcome.Failed].
  CompletionStage<Outcome> run(Order order);
}
