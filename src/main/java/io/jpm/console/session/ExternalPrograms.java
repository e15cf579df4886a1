package io.jpm.console.session;

import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Runs the programs that commands need besides the daemon: `git`, `pm2` and `post_update`
/// commands.
public interface ExternalPrograms {
  /// What to run.
  ///
  /// @param command a name that is looked up in the PATH of `environment`, or a path; and its
  ///   arguments
  /// @param cwd working directory
  /// @param environment the caller's variables, of which a program that runs as another user gets
  ///   no more than [io.jpm.model.text.CleanEnvironment] has
  /// @param limit after this it is ended, with what it has started
  /// @param runAs as which user; without one as the daemon's, who is the caller's too
  /// @param added its further variables, over those
  record Order(
      List<String> command,
      Path cwd,
      Map<String, String> environment,
      Duration limit,
      RunAs runAs,
      Map<String, String> added) {
    /// As the daemon's user.
    public Order(List<String> command, Path cwd, Map<String, String> environment, Duration limit) {
      this(command, cwd, environment, limit, RunAs.DAEMON, Map.of());
    }

    public Order {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
      added = Map.copyOf(added);
    }
  }

  /// What came of it.
  sealed interface Outcome {
    /// It has ended by itself.
    ///
    /// @param code its exit code
    /// @param out what it printed on standard output
    /// @param err what it printed on standard error, the first 64 KiB
    record Ended(int code, String out, String err) implements Outcome {}

    /// It could not be run, or not to its end.
    ///
    /// @param why a sentence that begins with its name
    record Failed(String why) implements Outcome {}
  }

  /// Runs it without standard input. Never fails: what goes wrong is an [Outcome.Failed].
  CompletionStage<Outcome> run(Order order);
}
