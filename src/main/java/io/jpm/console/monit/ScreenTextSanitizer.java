package io.jpm.console.monit;

import io.jpm.console.text.TerminalSanitizer;
import java.util.regex.Pattern;

/// Reduces untrusted text to one plain line, without control sequences (including colors) and
/// without characters that change the writing direction.
final class ScreenTextSanitizer {
  private static final int LONGEST = 2_000;
  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;:]*m");

  private ScreenTextSanitizer() {}

  /// Returns the visible part of a line that an app has printed.
  static String of(String line) {
    String begin = line.length() > LONGEST ? line.substring(0, LONGEST) : line;
    String plain = COLOR.matcher(TerminalSanitizer.colored(begin)).replaceAll("");
    return withoutInvisible(plain.replace("\t", "    "));
  }

  private static String withoutInvisible(String text) {
    if (text.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
      return text;
    }
    var kept = new StringBuilder(text.length());
    text.codePoints().filter(ScreenTextSanitizer::isShown).forEach(kept::appendCodePoint);
    return kept.toString();
  }

  private static boolean isShown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
