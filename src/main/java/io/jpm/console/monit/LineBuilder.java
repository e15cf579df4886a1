package io.jpm.console.monit;

import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.console.text.TextWidth;

/// Builds one line of the screen from left to right. Text that exceeds its column is truncated.
/// Terminals do not agree on the width of some characters, so a control sequence after such text
/// moves the cursor to the correct column.
final class LineBuilder {
  private static final int FIRST_UNSURE = 0x300;

  private final int width;
  private final TerminalFeatures terminalFeatures;
  private final boolean reversed;
  private final StringBuilder text = new StringBuilder();
  private int used;

  /// @param reversed whether foreground and background are swapped
  LineBuilder(int width, TerminalFeatures terminalFeatures, boolean reversed) {
    this.width = width;
    this.terminalFeatures = terminalFeatures;
    this.reversed = reversed;
  }

  LineBuilder(int width, TerminalFeatures terminalFeatures) {
    this(width, terminalFeatures, false);
  }

  /// Appends text, with control characters in visible form.
  LineBuilder add(String piece, Paint paint) {
    String shown = fit(piece, width - used);
    return width > used ? put(shown, paint) : this;
  }

  LineBuilder add(String piece) {
    return add(piece, Paint.PLAIN);
  }

  /// Appends a left-aligned table column and a space.
  LineBuilder left(String piece, int columns, Paint paint) {
    int end = used + columns;
    return add(fit(piece, columns), paint).to(end).add(" ");
  }

  /// Appends a right-aligned table column and a space.
  LineBuilder right(String piece, int columns, Paint paint) {
    String shown = fit(piece, columns);
    return add(" ".repeat(columns - TextWidth.of(shown))).add(shown, paint).add(" ");
  }

  /// Appends spaces up to `column`.
  LineBuilder to(int column) {
    int spaces = Math.min(column, width) - used;
    return spaces > 0 ? put(" ".repeat(spaces), Paint.PLAIN) : this;
  }

  /// Appends highlighted text, such as a search result.
  LineBuilder mark(String piece) {
    String shown = fit(piece, width - used);
    if (width > used && !shown.isEmpty()) {
      text.append("\u001b[7m").append(shown).append("\u001b[0m");
      advance(shown);
    }
    return this;
  }

  /// Appends the content of another line.
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
    used += TextWidth.of(shown);
    if (shown.chars().anyMatch(c -> c >= FIRST_UNSURE && !isOurs(c))) {
      text.append("\u001b[").append(used + 1).append('G');
    }
  }

  /// Reports whether the screen itself uses this character for lines and charts. All terminals
  /// display these characters one column wide.
  private static boolean isOurs(int c) {
    return (c >= 0x2500 && c <= 0x259F) || c == '…' || c == '↺' || c == '·';
  }

  private String fit(String piece, int columns) {
    String fitted = TextWidth.fit(drawable(piece), columns);
    return terminalFeatures.unicode() ? fitted : fitted.replace('…', '~');
  }

  /// Makes control characters visible, so that only this class controls the terminal. Replaces
  /// characters that the terminal cannot display.
  private String drawable(String any) {
    String piece = TerminalSanitizer.visible(any);
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
