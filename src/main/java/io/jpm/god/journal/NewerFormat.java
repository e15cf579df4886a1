package io.jpm.god.journal;

/// What a jpm newer than this one has written.
final class NewerFormat extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NewerFormat(int version) {
    super("version " + version);
  }
}
