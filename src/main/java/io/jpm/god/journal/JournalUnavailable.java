package io.jpm.god.journal;

/// Signals that a command is refused, without any effect, because the journal cannot be written.
public final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param sentence message for the user: which file, why, and how to fix it
  public JournalUnavailable(String sentence) {
    super(sentence, null, false, false);
  }

  /// Returns the message for the user.
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
