package io.jpm.config.deploy;

import io.jpm.config.command.CallerContext;
import java.nio.file.Path;

/// Has a script say what apps it describes. Called where blocking is allowed.
@FunctionalInterface
public interface ScriptEvaluator {
  /// For places where no script may run.
  ScriptEvaluator NONE =
      (_, _, _) -> new Evaluation.Failed(0, 0, "scripts are not evaluated here: use JSON or YAML");

  /// Evaluates `file` as a module and waits for its value.
  ///
  /// @param node the program that evaluates
  /// @param file absolute
  /// @param callerContext whose environment the script sees, and as whom it is evaluated
  Evaluation evaluate(Path node, Path file, CallerContext callerContext);

  /// What came of it.
  sealed interface Evaluation {
    /// The script has a value.
    ///
    /// @param json the value
    record Value(String json) implements Evaluation {}

    /// It has none.
    ///
    /// @param line where in the file, from 1; 0: not known
    /// @param column the same; 0: not known
    /// @param what a sentence for the user
    record Failed(int line, int column, String what) implements Evaluation {}
  }
}
