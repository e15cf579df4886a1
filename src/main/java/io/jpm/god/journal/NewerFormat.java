package io.jpm.god.journal;

/// Signals that a file was written by a newer version of jpm.
final class NewerFormat extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerFormat(int version) {
    super("version " + version);
  }
}
