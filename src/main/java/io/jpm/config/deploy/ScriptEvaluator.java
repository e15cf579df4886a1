package io.jpm.config.deploy;

import io.jpm.config.command.CallerContext;
import java.nio.file.Path;

/// Evaluates a process file that is a script, to determine the apps that it describes. Called on
/// threads that may block.
@FunctionalInterface
public interface ScriptEvaluator {
  /// Evaluates no script. For callers that must not run scripts.
  ScriptEvaluator NONE =
      (_, _, _) -> new Evaluation.Failed(0, 0, "scripts are not evaluated here: use JSON or YAML");

  /// Evaluates `file` as a module and waits for the result.
  ///
  /// @param node the path of the Node program that evaluates it
  /// @param file the absolute path of the script
  /// @param callerContext the environment that the script sees, and the user as which it is
  ///   evaluated
  Evaluation evaluate(Path node, Path file, CallerContext callerContext);

  /// The result of evaluating a script.
  sealed interface Evaluation {
    /// The script has returned a value.
    ///
    /// @param json the value as JSON
    record Value(String json) implements Evaluation {}

    /// The evaluation failed.
    ///
    /// @param line the line in the file, from 1; 0: unknown
    /// @param column the column in the line, from 1; 0: unknown
    /// @param message a sentence for the user
    record Failed(int line, int column, String message) implements Evaluation {}
  }
}
