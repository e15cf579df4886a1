package io.jpm.console.text;

/// The width and color support of the output.
///
/// @param width the number of columns; 0 means unlimited
/// @param colors whether to use SGR colors
public record TextStyle(int width, boolean colors) {
  /// The style for output to a file or a pipe.
  public static final TextStyle PIPE = new TextStyle(0, false);
}
