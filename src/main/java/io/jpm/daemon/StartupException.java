package io.jpm.daemon;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// Signals that the daemon cannot start. The message tells the owner of the daemon how to fix the
/// problem.
final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param sentence what is wrong, where, and how to fix it; shown to the user unchanged
  StartupException(String sentence) {
    super(sentence);
  }

  /// Returns the message for the user about an unexpected failure. It contains Java class names
  /// only if there is no other text.
  static String describe(Throwable fault) {
    Throwable cause = fault;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    if (cause instanceof OutOfMemoryError) {
      return "Java cannot obtain more threads or memory (%s): raise the limits that ulimit -a shows"
          .formatted(message);
    }
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /// Returns the message for the user.
  String userMessage() {
    return String.valueOf(getMessage());
  }
}
