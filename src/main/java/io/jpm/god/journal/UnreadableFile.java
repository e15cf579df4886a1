package io.jpm.god.journal;

/// Signals a file of God that exists, cannot be used, and must not be treated as missing. The
/// message is for the user.
public final class UnreadableFile extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnreadableFile(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
