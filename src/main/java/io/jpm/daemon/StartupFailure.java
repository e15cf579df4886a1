package io.jpm.daemon;

/// The daemon cannot start, and its owner can mend why.
final class StartupFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /// @param sentence what is wrong, where, and how to mend it; shown to the user as it is
  StartupFailure(String sentence) {
    super(sentence);
  }

  /// The sentence for the user.
  String sentence() {
    return String.valueOf(getMessage());
  }
}
