package io.jpm.console.monit;

import io.jpm.console.text.Paint;
import io.jpm.console.text.TextWidth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Draws the log of the selected instance. The log occupies the full width, so that the user can
/// select whole lines with the mouse.
final class LogPane {
  private final TerminalFeatures terminalFeatures;

  LogPane(TerminalFeatures terminalFeatures) {
    this.terminalFeatures = terminalFeatures;
  }

  /// Returns the title line and the visible log lines.
  List<LineBuilder> draw(MonitFrame monitFrame, MonitSettings monitSettings) {
    int width = monitFrame.layout().size().cols();
    int height = monitFrame.layout().logRows();
    MonitLogTail tail = monitFrame.monitData().log();
    List<LineBuilder> strips = new ArrayList<>();
    strips.add(title(monitFrame, monitSettings));
    if (tail.lines().isEmpty()) {
      strips.add(
          new LineBuilder(width, terminalFeatures)
              .add(" " + ScreenTextSanitizer.of(tail.note()), Paint.DIM));
      return strips;
    }
    long bottom = monitSettings.log().bottom(tail, height);
    long from = Math.max(tail.first(), bottom - height);
    for (long at = from; at < bottom; at++) {
      strips.add(line(tail.lines().get((int) (at - tail.first())), monitSettings.log(), width));
    }
    return strips;
  }

  private LineBuilder title(MonitFrame monitFrame, MonitSettings monitSettings) {
    int width = monitFrame.layout().size().cols();
    var lineBuilder = new LineBuilder(width, terminalFeatures);
    String who =
        monitSettings
            .selectedIn(monitFrame)
            .map(one -> "log of %s (id %s)".formatted(one.spec().name(), one.id()))
            .orElse("log");
    Paint paint = monitSettings.inLog() ? Paint.BOLD_GREEN : Paint.HEADER;
    lineBuilder.add("── ", Paint.DIM).add((monitSettings.inLog() ? "> " : "") + who, paint);
    if (monitSettings.log().isPaused()) {
      MonitLogTail tail = monitFrame.monitData().log();
      long below = tail.count() - monitSettings.log().bottom(tail, monitFrame.layout().logRows());
      lineBuilder.add("  paused, %s below".formatted(count(below)), Paint.YELLOW);
    }
    if (!monitSettings.log().search().isEmpty()) {
      long found =
          monitFrame.monitData().log().lines().stream().filter(monitSettings.log()::has).count();
      lineBuilder.add(
          "  \"%s\": %s".formatted(monitSettings.log().search(), count(found)), Paint.YELLOW);
    }
    return lineBuilder.add(" ").add("─".repeat(Math.max(0, lineBuilder.room())), Paint.DIM);
  }

  private LineBuilder line(MonitLogTail.Line line, LogScroll view, int width) {
    String text = line.text();
    String shown = text.substring(TextWidth.prefix(text, view.shift()));
    Paint paint = line.error() ? Paint.RED : Paint.PLAIN;
    var lineBuilder = new LineBuilder(width, terminalFeatures);
    String lower = shown.toLowerCase(Locale.ROOT);
    int at = 0;
    // If the lower-case form has a different length, nothing is highlighted.
    while (!view.search().isEmpty() && lower.length() == shown.length()) {
      int found = lower.indexOf(view.search(), at);
      if (found < 0) {
        break;
      }
      lineBuilder.add(shown.substring(at, found), paint);
      at = found + view.search().length();
      lineBuilder.mark(shown.substring(found, at));
    }
    return lineBuilder.add(shown.substring(at), paint);
  }

  private static String count(long lines) {
    return lines + (lines == 1 ? " line" : " lines");
  }
}
