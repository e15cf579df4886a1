package io.jpm.config.deploy;

import io.jpm.config.command.CallerContext;
import java.nio.file.Path;

/// Evaluates process files that are scripts. Must be called on a thread that may block.
@FunctionalInterface
public interface ScriptEvaluator {
  /// An evaluator that always fails, for callers that must not run scripts.
  ScriptEvaluator NONE =
      (_, _, _) -> new Evaluation.Failed(0, 0, "scripts are not evaluated here: use JSON or YAML");

  /// Evaluates `file` as a module and waits for the result.
  ///
  /// @param node the path of the Node program that evaluates it
  /// @param file the absolute path of the script
  /// @param callerContext the environment of the script and the user who runs it
  Evaluation evaluate(Path node, Path file, CallerContext callerContext);

  /// The result of evaluating a script.
  sealed interface Evaluation {
    /// The script returned a value.
    ///
    /// @param json the value as JSON
    record Value(String json) implements Evaluation {}

    /// The evaluation failed.
    ///
    /// @param line the line in the file, from 1; 0 if unknown
    /// @param column the column in the line, from 1; 0 if unknown
    /// @param message a sentence for the user
    record Failed(int line, int column, String message) implements Evaluation {}
  }
}
