package io.jpm.daemon;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/// The daemon cannot start, and its owner can mend why.
final class StartupFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param sentence what is wrong, where, and how to mend it; shown to the user as it is
  StartupFailure(String sentence) {
    super(sentence);
  }

  /// What a fault that nobody foresaw means for the user, without names of Java's where they say
  /// nothing to him.
  static String words(Throwable fault) {
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

  /// The sentence for the user.
  String sentence() {
    return String.valueOf(getMessage());
  }
}
