package io.jpm.console;

import io.jpm.bus.LogsReply.Line;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalText;
import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.List;

/// Writes log lines to a session.
///
/// On a terminal, lines lose every control sequence but colours; into a pipe they go as they are.
final class LogPrinter {
  private final Session session;
  private final boolean raw;
  private final int lines;

  /// @param raw whether lines stand alone, those of standard error on standard error
  /// @param lines how many past lines of each file are wanted
  LogPrinter(Session session, boolean raw, int lines) {
    this.session = session;
    this.raw = raw;
    this.lines = lines;
  }

  Session session() {
    return session;
  }

  int lines() {
    return lines;
  }

  /// PM2's first line, for people.
  void title(List<String> targets) {
    if (session.tty().out() && !raw) {
      String whose = targets.isEmpty() ? AppName.ALL : String.join(" ", targets);
      String title =
          "[TAILING] Tailing last %d lines for [%s] processes (change the value with --lines option)"
              .formatted(lines, TerminalText.visible(whose));
      session.out(Paint.DIM.on(title, session.tty().color()) + "\n");
    }
  }

  /// Past lines, each file's under its path.
  void past(List<Line> past, LogLabels labels) {
    Path shown = null;
    for (Line line : past) {
      if (!raw && !line.file().equals(shown)) {
        shown = line.file();
        String head = "%s last %d lines:".formatted(shown, lines);
        session.out(Paint.DIM.on(TerminalText.visible(head), session.tty().color()) + "\n");
      }
      line(line, labels);
    }
    if (!raw && !past.isEmpty()) {
      session.out("\n");
    }
  }

  /// Lines as they come.
  void live(List<Line> live, LogLabels labels) {
    live.forEach(line -> line(line, labels));
  }

  private void line(Line line, LogLabels labels) {
    boolean error = raw && labels.isError(line.file());
    boolean terminal = error ? session.tty().err() : session.tty().out();
    String prefix = raw ? "" : labels.prefix(line.file(), session.tty().color());
    String text = prefix + (terminal ? TerminalText.colored(line.text()) : line.text()) + "\n";
    if (error) {
      session.err(text);
    } else {
      session.out(text);
    }
  }
}
