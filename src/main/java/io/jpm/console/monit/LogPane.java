package io.jpm.console.monit;

import io.jpm.console.text.Columns;
import io.jpm.console.text.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the selected app prints. Nothing else stands beside it, so that it can be selected with the
/// mouse line by line.
final class LogPane {
  private final Look look;

  LogPane(Look look) {
    this.look = look;
  }

  /// The title and the lines.
  List<Strip> draw(Scene scene, View view) {
    int width = scene.layout().size().cols();
    int height = scene.layout().logRows();
    LogTail tail = scene.world().log();
    List<Strip> strips = new ArrayList<>();
    strips.add(title(scene, view));
    if (tail.lines().isEmpty()) {
      strips.add(new Strip(width, look).add(" " + SafeText.of(tail.note()), Paint.DIM));
      return strips;
    }
    long bottom = view.log().bottom(tail, height);
    long from = Math.max(tail.first(), bottom - height);
    for (long at = from; at < bottom; at++) {
      strips.add(line(tail.lines().get((int) (at - tail.first())), view.log(), width));
    }
    return strips;
  }

  private Strip title(Scene scene, View view) {
    int width = scene.layout().size().cols();
    var strip = new Strip(width, look);
    String who =
        view.selectedIn(scene)
            .map(one -> "log of %s (id %s)".formatted(one.spec().name(), one.id()))
            .orElse("log");
    Paint paint = view.inLog() ? Paint.BOLD_GREEN : Paint.HEADER;
    strip.add("── ", Paint.DIM).add((view.inLog() ? "> " : "") + who, paint);
    if (view.log().isPaused()) {
      LogTail tail = scene.world().log();
      long below = tail.count() - view.log().bottom(tail, scene.layout().logRows());
      strip.add("  paused, %s below".formatted(count(below)), Paint.YELLOW);
    }
    if (!view.log().search().isEmpty()) {
      long found = scene.world().log().lines().stream().filter(view.log()::has).count();
      strip.add("  \"%s\": %s".formatted(view.log().search(), count(found)), Paint.YELLOW);
    }
    return strip.add(" ").add("─".repeat(Math.max(0, strip.room())), Paint.DIM);
  }

  private Strip line(LogTail.Line line, LogView view, int width) {
    String text = line.text();
    String shown = text.substring(Columns.prefix(text, view.shift()));
    Paint paint = line.error() ? Paint.RED : Paint.PLAIN;
    var strip = new Strip(width, look);
    String lower = shown.toLowerCase(Locale.ROOT);
    int at = 0;
    // Lower case may be longer than what it is made of: then nothing is marked.
    while (!view.search().isEmpty() && lower.length() == shown.length()) {
      int found = lower.indexOf(view.search(), at);
      if (found < 0) {
        break;
      }
      strip.add(shown.substring(at, found), paint);
      at = found + view.search().length();
      strip.mark(shown.substring(found, at));
    }
    return strip.add(shown.substring(at), paint);
  }

  private static String count(long lines) {
    return lines + (lines == 1 ? " line" : " lines");
  }
}
