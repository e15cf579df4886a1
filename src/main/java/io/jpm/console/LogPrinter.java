package io.jpm.console;

import io.jpm.bus.LogsReply.Line;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogStyle;
import io.jpm.console.text.LogStyle.Kind;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalText;
import io.jpm.model.AppName;
import java.time.ZoneId;
import java.util.List;

/// Writes log lines to a session.
///
/// On a terminal, lines lose every control sequence but colours; into a pipe they go as they are.
final class LogPrinter {
  private final Session session;
  private final LogStyle style;
  private final ZoneId zone;

  /// @param zone whose time is shown
  LogPrinter(Session session, LogStyle style, ZoneId zone) {
    this.session = session;
    this.style = style;
    this.zone = zone;
  }

  Session session() {
    return session;
  }

  /// PM2's first line, for people.
  ///
  /// @param lines how many past lines of each log are wanted; [Long#MAX_VALUE] for all
  void title(List<String> targets, long lines) {
    if (session.tty().out() && style.kind() == Kind.LABELLED) {
      String whose = targets.isEmpty() ? AppName.ALL : String.join(" ", targets);
      String count = lines == Long.MAX_VALUE ? "all" : "last " + lines;
      String title =
          "[TAILING] Tailing %s lines for [%s] processes (change the value with --lines option)"
              .formatted(count, TerminalText.visible(whose));
      session.out(Paint.DIM.on(title, session.tty().color()) + "\n");
    }
  }

  void print(List<Line> lines, LogLabels labels) {
    for (Line line : lines) {
      boolean error = style.kind() == Kind.RAW && labels.isError(line.log());
      boolean terminal = error ? session.tty().err() : session.tty().out();
      String text =
          style.draw(line, labels, new LogStyle.Target(zone, terminal, session.tty().color()));
      if (error) {
        session.err(text + "\n");
      } else {
        session.out(text + "\n");
      }
    }
  }
}
