package io.jpm.god.journal;

/// Signals that a [DurableFile] cannot be read, or that its format is too new. Such a file must not
/// be treated as missing. The message is intended for the user.
public final class UnreadableFile extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnreadableFile(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
