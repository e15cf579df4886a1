package io.jpm.god.journal;

/// The journal cannot be written, so what was asked for is refused: nothing of it is done.
public final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param sentence for people: which file, why, and how to mend it
  public JournalUnavailable(String sentence) {
    super(sentence, null, false, false);
  }

  /// The sentence.
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
