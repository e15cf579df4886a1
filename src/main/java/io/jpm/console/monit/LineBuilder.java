package io.jpm.console.monit;

import io.jpm.console.text.Columns;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalText;

/// One line of the screen in the making, from left to right. Text is cut at the end of its place.
/// Terminals do not agree on how wide some characters are: after such text the next place begins
/// with an order to go to its column.
final class LineBuilder {
  private static final int FIRST_UNSURE = 0x300;

  private final int width;
  private final TerminalFeatures terminalFeatures;
  private final boolean reversed;
  private final StringBuilder text = new StringBuilder();
  private int used;

  /// @param reversed whether foreground and background change places
  LineBuilder(int width, TerminalFeatures terminalFeatures, boolean reversed) {
    this.width = width;
    this.terminalFeatures = terminalFeatures;
    this.reversed = reversed;
  }

  LineBuilder(int width, TerminalFeatures terminalFeatures) {
    this(width, terminalFeatures, false);
  }

  /// Puts text without control characters behind what is there.
  LineBuilder add(String piece, Paint paint) {
    String shown = fit(piece, width - used);
    return width > used ? put(shown, paint) : this;
  }

  LineBuilder add(String piece) {
    return add(piece, Paint.PLAIN);
  }

  /// A column of a table: text on its left, and one more space.
  LineBuilder left(String piece, int columns, Paint paint) {
    int end = used + columns;
    return add(fit(piece, columns), paint).to(end).add(" ");
  }

  /// A column of a table: text on its right, and one more space.
  LineBuilder right(String piece, int columns, Paint paint) {
    String shown = fit(piece, columns);
    return add(" ".repeat(columns - Columns.of(shown))).add(shown, paint).add(" ");
  }

  /// Spaces up to this column.
  LineBuilder to(int column) {
    int spaces = Math.min(column, width) - used;
    return spaces > 0 ? put(" ".repeat(spaces), Paint.PLAIN) : this;
  }

  /// A mark within what was searched.
  LineBuilder mark(String piece) {
    String shown = fit(piece, width - used);
    if (width > used && !shown.isEmpty()) {
      text.append("\u001b[7m").append(shown).append("\u001b[0m");
      advance(shown);
    }
    return this;
  }

  /// Puts another strip behind it, as it is.
  LineBuilder join(LineBuilder other) {
    text.append(other.text);
    used += other.used;
    return this;
  }

  int room() {
    return width - used;
  }

  String done() {
    return text.toString();
  }

  private LineBuilder put(String shown, Paint paint) {
    String codes =
        (reversed ? "7" : "") + (terminalFeatures.colors() ? (reversed ? "" : paint.codes()) : "");
    if (codes.isEmpty() || shown.isEmpty()) {
      text.append(shown);
    } else {
      text.append("\u001b[").append(codes).append('m').append(shown).append("\u001b[0m");
    }
    advance(shown);
    return this;
  }

  private void advance(String shown) {
    used += Columns.of(shown);
    if (shown.chars().anyMatch(c -> c >= FIRST_UNSURE && !isOurs(c))) {
      text.append("\u001b[").append(used + 1).append('G');
    }
  }

  /// What the screen itself is drawn with is one column wide everywhere.
  private static boolean isOurs(int c) {
    return (c >= 0x2500 && c <= 0x259F) || c == '…' || c == '↺' || c == '·';
  }

  private String fit(String piece, int columns) {
    String fitted = Columns.fit(drawable(piece), columns);
    return terminalFeatures.unicode() ? fitted : fitted.replace('…', '~');
  }

  /// Whatever comes here, the terminal obeys nobody but this class.
  private String drawable(String any) {
    String piece = TerminalText.visible(any);
    if (terminalFeatures.unicode() || piece.chars().allMatch(c -> c < 0x7F)) {
      return piece;
    }
    var ascii = new StringBuilder(piece.length());
    piece.codePoints().forEach(point -> ascii.append(point < 0x7F ? (char) point : like(point)));
    return ascii.toString();
  }

  private static char like(int point) {
    return switch (point) {
      case '─' -> '-';
      case '│' -> '|';
      case '·' -> '-';
      case '↺' -> 'R';
      case '…' -> '~';
      default -> '?';
    };
  }
}
