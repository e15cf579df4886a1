package io.jpm.god.journal;

/// Signals a file that a newer version of jpm has written.
final class NewerFormat extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerFormat(int version) {
    super("version " + version);
  }
}
