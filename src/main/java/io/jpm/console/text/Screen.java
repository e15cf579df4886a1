package io.jpm.console.text;

/// What is drawn on.
///
/// @param width columns; 0: as wide as it takes
/// @param colors whether SGR colours are wanted
public record Screen(int width, boolean colors) {
  /// A file or a pipe.
  public static final Screen PIPE = new Screen(0, false);
}
