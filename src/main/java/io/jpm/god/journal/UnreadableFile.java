package io.jpm.god.journal;

/// A file of God's that must not be taken for none. The message is a sentence for the user.
public final class UnreadableFile extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  UnreadableFile(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
