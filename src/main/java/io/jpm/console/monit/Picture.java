package io.jpm.console.monit;

import java.util.ArrayList;
import java.util.List;

/// The content of the screen, line by line.
///
/// @param size the size of the screen
/// @param lines the lines including color sequences, one per screen line
public record Picture(Size size, List<String> lines) {
  /// The content before anything has been drawn.
  public static final Picture NONE = new Picture(new Size(1, 1), List.of());

  /// The sequence that ends each transmitted picture. The client recognizes a complete picture by
  /// it.
  public static final String END = "\u001b[0m";

  public Picture {
    List<String> all = new ArrayList<>(lines.subList(0, Math.min(lines.size(), size.rows())));
    while (!lines.isEmpty() && all.size() < size.rows()) {
      all.add("");
    }
    lines = List.copyOf(all);
  }

  /// Returns the output that transforms `before` into this picture. It contains only the lines that
  /// differ.
  ///
  /// @return the output; empty if nothing has changed
  public String since(Picture before) {
    boolean anew = !before.size.equals(size) || before.lines.size() != lines.size();
    var text = new StringBuilder(anew ? "\u001b[0m\u001b[2J" : "");
    for (int i = 0; i < lines.size(); i++) {
      if (anew || !lines.get(i).equals(before.lines.get(i))) {
        text.append("\u001b[").append(i + 1).append(";1H\u001b[2K").append(lines.get(i));
      }
    }
    return text.isEmpty() ? "" : text.append(END).toString();
  }
}
