package io.jpm.god;

/// The journal cannot be written, so what was asked for is refused: nothing of it is done.
final class NotWritten extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param sentence for people: which file, why, and how to mend it
  NotWritten(String sentence) {
    super(sentence, null, false, false);
  }

  /// The sentence.
  String sentence() {
    return String.valueOf(getMessage());
  }
}
