package io.jpm.console.text;

/// Width and color support of the output.
///
/// @param width columns; 0 means unlimited
/// @param colors whether to use SGR colors
public record TextStyle(int width, boolean colors) {
  /// The style of a file or a pipe.
  public static final TextStyle PIPE = new TextStyle(0, false);
}
