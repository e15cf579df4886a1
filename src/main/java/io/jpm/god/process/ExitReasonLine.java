package io.jpm.god.process;

import io.jpm.os.LogPipeReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Selects, from the last output on standard error, the line that best explains why a program
/// exited.
///
/// The result is the last line outside a stack trace. Lines that runtimes print around and below
/// their message, such as frames, Node's footer, properties of the error and closing braces, are
/// skipped. If a message of several lines precedes a stack trace, its first line is selected,
/// because that line contains the name of the error.
final class ExitReasonLine {
  /// Maximum length of the result, in characters.
  private static final int MOST = 200;

  /// Maximum number of characters examined in a line.
  private static final int MOST_READ = 2 * MOST;

  /// Maximum number of lines examined.
  private static final int MOST_LINES = 200;

  /// Maximum number of lines in a message.
  private static final int MESSAGE_LINES = 12;

  private static final Pattern ESCAPES =
      Pattern.compile(
          "\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|[@-Z\\\\^_])");
  private static final Pattern CONTROLS =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n\r\t]]+");

  /// A line that names an error: `TypeError: x`, `Caused by: java.io.IOException`.
  private static final Pattern HEADLINE =
      Pattern.compile(
          "(?:Uncaught |Unhandled |Caused by: |Exception in thread .*|\\w+: )*"
              + "[\\w.$]*(?:Error|Exception|Throwable|Interrupt)\\b.*");

  /// Lines that runtimes print below their message.
  private static final Pattern FOOTER =
      Pattern.compile(
          "(?:Node\\.js|Bun|Deno) v\\d.*"
              + "|Emitted '.*' event .*at:"
              + "|\\(Use `node .*"
              + "|Require stack:|Stack trace:|stack backtrace:"
              + "|note: (?:run with|Some details are omitted).*"
              + "|goroutine \\d+ .*:|created by .*|exit status \\d+|\\[signal SIG.*"
              + "|#\\d+ .*"
              + "|npm (?:ERR!|error) A complete log of this run.*"
              + "|npm (?:ERR!|error) +/.*_logs/.*");

  private static final Pattern FRAME =
      Pattern.compile("\\s*(?:at |from |\\.\\.\\. \\d+ (?:more|common frames)).*");

  /// A line that consists only of brackets, carets and similar characters.
  private static final Pattern MARKS = Pattern.compile("[\\p{Punct}\\s│┃]*");

  private final List<String> lines;

  private ExitReasonLine(List<String> lines) {
    this.lines = lines;
  }

  /// Returns the line that best explains the exit.
  ///
  /// @param tail the last output on standard error, which may begin in the middle of a line
  /// @return at most 200 characters without control characters; empty if there is no suitable line
  static String of(byte[] tail) {
    if (tail.length == 0) {
      return "";
    }
    List<String> lines = new ArrayList<>();
    String text = visible(new String(tail, StandardCharsets.UTF_8)).stripTrailing();
    for (String line : text.split("[\n\r]+", -1)) {
      lines.add(cut(line, MOST_READ).stripTrailing());
    }
    boolean torn = tail.length >= LogPipeReader.TAIL_BYTES && lines.size() > 1;
    int first = Math.max(torn ? 1 : 0, lines.size() - MOST_LINES);
    return cut(new ExitReasonLine(lines.subList(first, lines.size())).choose(), MOST);
  }

  private static String visible(String text) {
    String plain = text.indexOf('\u001b') < 0 ? text : ESCAPES.matcher(text).replaceAll("");
    return CONTROLS.matcher(plain).replaceAll("").replace("\t", "    ");
  }

  private String choose() {
    int last = lastOutsideTrace();
    if (last < 0) {
      return lastWithWords();
    }
    int first = headlineOf(last);
    String line = lines.get(first).strip();
    boolean continued = first == last && first > 0 && isAnnouncement(lines.get(first - 1));
    return continued ? lines.get(first - 1).strip() + " " + line : line;
  }

  /// Reports whether `line` is the first line of a Rust panic. This line contains the location, and
  /// the next line contains the message.
  private static boolean isAnnouncement(String line) {
    return line.startsWith("thread '") && line.contains(" panicked at ") && line.endsWith(":");
  }

  /// Returns the index of the last line outside a stack trace; -1 if there is none.
  private int lastOutsideTrace() {
    for (int i = lines.size() - 1; i >= 0; i--) {
      String line = lines.get(i);
      if (!line.isEmpty() && !isOfTrace(i)) {
        return i;
      }
    }
    return -1;
  }

  private boolean isOfTrace(int at) {
    String line = lines.get(at);
    return Character.isWhitespace(line.charAt(0))
        || MARKS.matcher(line).matches()
        || FRAME.matcher(line).matches()
        || FOOTER.matcher(line).matches()
        || isGoFrame(at);
  }

  /// Reports whether the line at index `at` is a frame of a Go stack trace. This line contains the
  /// function, and the next line contains the indented location.
  private boolean isGoFrame(int at) {
    return at + 1 < lines.size()
        && lines.get(at).endsWith(")")
        && lines.get(at + 1).startsWith("    ")
        && lines.get(at + 1).contains(".go:");
  }

  /// Returns the index of the line with the name of the error if `last` is the last line of a
  /// message above a stack trace; otherwise returns `last`.
  private int headlineOf(int last) {
    boolean traced = last + 1 < lines.size() && FRAME.matcher(lines.get(last + 1)).matches();
    if (!traced || HEADLINE.matcher(lines.get(last)).matches()) {
      return last;
    }
    for (int i = last - 1; i >= Math.max(0, last - MESSAGE_LINES); i--) {
      String line = lines.get(i);
      if (FRAME.matcher(line).matches()) {
        return last;
      }
      if (HEADLINE.matcher(line).matches()) {
        return i;
      }
    }
    return last;
  }

  /// Returns the last line that contains words. Used for a text that appears to consist entirely of
  /// a stack trace.
  private String lastWithWords() {
    for (String line : lines.reversed()) {
      if (!MARKS.matcher(line).matches() && !FOOTER.matcher(line.strip()).matches()) {
        return line.strip();
      }
    }
    return "";
  }

  private static String cut(String line, int most) {
    if (line.codePointCount(0, line.length()) <= most) {
      return line;
    }
    return line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
  }
}
