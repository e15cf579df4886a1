package io.jpm.console;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/// Runs the programs that commands need besides the daemon: `git` and `pm2`. They run as the
/// daemon's user, who is the caller's too.
public interface Programs {
  /// What to run.
  ///
  /// @param command a name that is looked up in the PATH of `environment`, or a path; and its
  ///   arguments
  /// @param cwd working directory
  /// @param environment all of its variables
  /// @param limit after this it is ended, with what it has started
  record Order(List<String> command, Path cwd, Map<String, String> environment, Duration limit) {
    public Order {
      command = List.copyOf(command);
      environment = Map.copyOf(environment);
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
