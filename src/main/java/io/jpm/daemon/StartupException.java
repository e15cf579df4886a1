package io.jpm.daemon;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// Signals that the daemon cannot start, with a message that tells its owner how to fix it.
final class StartupException extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param sentence what is wrong, where, and how to fix it; shown to the user unchanged
  StartupException(String sentence) {
    super(sentence);
  }

  /// Returns the message for the user about an unexpected fault, without Java names unless there is
  /// no other text.
  static String describe(Throwable fault) {
    Throwable cause = fault;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    if (cause instanceof OutOfMemoryError) {
      return "the system gives Java no more threads or memory (%s): raise the limits, see ulimit -a"
          .formatted(message);
    }
    return message == null ? cause.getClass().getSimpleName() : message;
  }

  /// Returns the message for the user.
  String userMessage() {
    return String.valueOf(getMessage());
  }
}
