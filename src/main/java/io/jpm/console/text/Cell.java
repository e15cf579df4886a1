package io.jpm.console.text;

/// A piece of text in a [Grid].
///
/// @param text one line, without control characters
/// @param paint the style of the text
record Cell(String text, Paint paint) {
  Cell {
    text = TerminalSanitizer.visible(text);
  }

  static Cell of(String text) {
    return new Cell(text, Paint.PLAIN);
  }
}
