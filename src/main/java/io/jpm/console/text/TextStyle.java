package io.jpm.console.text;

/// What is drawn on.
///
/// @param width columns; 0: as wide as it takes
/// @param colors whether SGR colours are wanted
public record TextStyle(int width, boolean colors) {
  /// A file or a pipe.
  public static final TextStyle PIPE = new TextStyle(0, false);
}
