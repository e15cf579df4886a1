package io.jpm.e2e.console;

import java.util.List;

/// Renders the screen of a terminal as SVG, from the output of `tmux capture-pane -e`: characters,
/// and the escape sequences for bold, dim, reversed and the sixteen colors of a terminal.
final class TerminalScreenshot {
  private static final double CELL = 8.4;
  private static final int LINE = 18;
  private static final int MARGIN = 14;
  private static final String INK = "#d6deeb";
  private static final String PAPER = "#0f141a";
  private static final List<String> DARK =
      List.of(
          "#5c6773", "#f07178", "#7fd962", "#e6b450", "#59c2ff", "#d2a6ff", "#73d0c4", "#d6deeb");
  private static final List<String> BRIGHT =
      List.of(
          "#8a95a3", "#ff8f96", "#a5e887", "#ffd173", "#7fd3ff", "#e2c4ff", "#95e6cb", "#ffffff");

  private final StringBuilder svg = new StringBuilder();
  private String ink = INK;
  private String paper = PAPER;
  private boolean bold;
  private boolean dim;
  private boolean reversed;

  private TerminalScreenshot() {}

  /// @param captured lines with their escape sequences
  static String of(String captured, int cols, int rows) {
    var picture = new TerminalScreenshot();
    double width = cols * CELL + 2 * MARGIN;
    int height = rows * LINE + 2 * MARGIN;
    picture.svg.append(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%d\" viewBox=\"0 0 %.0f %d\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n"
            .formatted(width, height, width, height));
    picture.svg.append(
        "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"%s\"/>\n".formatted(PAPER));
    List<String> lines = captured.lines().toList();
    for (int row = 0; row < Math.min(rows, lines.size()); row++) {
      picture.line(lines.get(row), MARGIN + row * LINE);
    }
    return picture.svg.append("</svg>\n").toString();
  }

  private void line(String line, int top) {
    int column = 0;
    int at = 0;
    while (at < line.length()) {
      int next = line.indexOf('\u001b', at);
      if (next == at) {
        int end = line.indexOf('m', at);
        paint(line.substring(at + 2, end));
        at = end + 1;
      } else {
        String text = line.substring(at, next < 0 ? line.length() : next);
        run(text, column, top);
        column += text.codePointCount(0, text.length());
        at += text.length();
      }
    }
  }

  private void run(String text, int column, int top) {
    int cells = text.codePointCount(0, text.length());
    double left = MARGIN + column * CELL;
    String behind = reversed ? ink : paper;
    if (!behind.equals(PAPER)) {
      svg.append(
          "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n"
              .formatted(left, top, cells * CELL, LINE, behind));
    }
    if (!text.isBlank()) {
      svg.append(
          "<text x=\"%.1f\" y=\"%d\" textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"%s\"%s%s>%s</text>\n"
              .formatted(
                  left,
                  top + 14,
                  cells * CELL,
                  reversed ? paper : ink,
                  bold ? " font-weight=\"bold\"" : "",
                  dim ? " opacity=\"0.6\"" : "",
                  text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")));
    }
  }

  /// Applies the codes of a sequence `select graphic rendition`, `console_codes(4)`.
  private void paint(String codes) {
    for (String word : codes.isEmpty() ? new String[] {"0"} : codes.split(";", -1)) {
      int code = Integer.parseInt(word);
      switch (code) {
        case 0 -> {
          ink = INK;
          paper = PAPER;
          bold = false;
          dim = false;
          reversed = false;
        }
        case 1 -> bold = true;
        case 2 -> dim = true;
        case 7 -> reversed = true;
        case 22 -> {
          bold = false;
          dim = false;
        }
        case 27 -> reversed = false;
        case 30, 31, 32, 33, 34, 35, 36, 37 -> ink = DARK.get(code - 30);
        case 39 -> ink = INK;
        case 40, 41, 42, 43, 44, 45, 46, 47 -> paper = DARK.get(code - 40);
        case 49 -> paper = PAPER;
        case 90, 91, 92, 93, 94, 95, 96, 97 -> ink = BRIGHT.get(code - 90);
        default -> throw new IllegalArgumentException("the screen is drawn with " + codes);
      }
    }
  }
}
