package io.jpm.console.logs;

import io.jpm.bus.logs.LogsReply.Line;
import io.jpm.console.session.Session;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogStyle;
import io.jpm.console.text.LogStyle.Kind;
import io.jpm.console.text.Paint;
import io.jpm.console.text.TerminalSanitizer;
import io.jpm.model.AppName;
import java.time.ZoneId;
import java.util.List;

/// Writes log lines to a session.
///
/// On a terminal, all control sequences except colors are removed. In a pipe or file, lines are
/// written unchanged.
final class LogPrinter {
  /// The approximate amount of text between two resume marks, in characters.
  private static final int UNIT_CHARS = 8 * 1024;

  private final Session session;
  private final LogStyle style;
  private final ZoneId zone;

  /// @param zone the time zone of displayed times
  LogPrinter(Session session, LogStyle style, ZoneId zone) {
    this.session = session;
    this.style = style;
    this.zone = zone;
  }

  Session session() {
    return session;
  }

  /// Prints the title line of `pm2 logs`, but only on a terminal.
  ///
  /// @param lines the number of past lines per log; [Long#MAX_VALUE] for all lines
  void title(List<String> targets, long lines) {
    if (session.tty().out() && style.kind() == Kind.LABELLED) {
      String whose = targets.isEmpty() ? AppName.ALL : String.join(" ", targets);
      String count = lines == Long.MAX_VALUE ? "all" : "last " + lines;
      String title =
          "[TAILING] Tailing %s lines for [%s] processes (change the value with --lines option)"
              .formatted(count, TerminalSanitizer.visible(whose));
      session.out(Paint.DIM.on(title, session.tty().color()) + "\n");
    }
  }

  void print(List<Line> lines, LogLabels labels) {
    for (Line line : lines) {
      boolean error = isError(line, labels);
      String text = draw(line, labels, error);
      if (error) {
        session.err(text);
      } else {
        session.out(text);
      }
    }
  }

  /// Prints lines together with resume marks, so that the client can resume after each chunk.
  ///
  /// @param places the positions, which are advanced to the end of the last line
  void print(List<Line> lines, LogLabels labels, LogPositions places) {
    var unit = new StringBuilder();
    boolean errors = false;
    for (Line line : lines) {
      boolean error = isError(line, labels);
      if (!unit.isEmpty() && (error != errors || unit.length() >= UNIT_CHARS)) {
        session.writeMarked(errors, unit.toString(), places.mark());
        unit.setLength(0);
      }
      unit.append(draw(line, labels, error));
      errors = error;
      places.advance(line.end());
    }
    if (!unit.isEmpty()) {
      session.writeMarked(errors, unit.toString(), places.mark());
    }
  }

  private boolean isError(Line line, LogLabels labels) {
    return style.kind() == Kind.RAW && labels.isError(line.log());
  }

  private String draw(Line line, LogLabels labels, boolean error) {
    boolean terminal = error ? session.tty().err() : session.tty().out();
    var target = new LogStyle.Target(zone, terminal, session.tty().color());
    return style.draw(line, labels, target) + "\n";
  }
}
