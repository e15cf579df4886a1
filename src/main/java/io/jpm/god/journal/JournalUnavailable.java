package io.jpm.god.journal;

/// Signals that a command is refused, without having had any effect, because the journal cannot be
/// written.
public final class JournalUnavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// Creates the exception.
  ///
  /// @param sentence a message for the user that names the file, the cause and the remedy
  public JournalUnavailable(String sentence) {
    super(sentence, null, false, false);
  }

  /// Returns the message for the user.
  public String sentence() {
    return String.valueOf(getMessage());
  }
}
