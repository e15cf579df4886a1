package io.jpm.console.monit;

import java.util.ArrayList;
import java.util.List;

/// What stands on the screen, line by line.
///
/// @param size of the screen
/// @param lines with colours, as many as the screen has
public record Picture(Size size, List<String> lines) {
  /// Before anything was drawn.
  public static final Picture NONE = new Picture(new Size(1, 1), List.of());

  /// Ends everything that is sent of a picture: by this the client knows that it is complete.
  public static final String END = "\u001b[0m";

  public Picture {
    List<String> all = new ArrayList<>(lines.subList(0, Math.min(lines.size(), size.rows())));
    while (!lines.isEmpty() && all.size() < size.rows()) {
      all.add("");
    }
    lines = List.copyOf(all);
  }

  /// What makes this picture of the one before: only lines that have changed.
  ///
  /// @return empty: nothing has changed
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
