package io.jpm.config.values;

/// A mistake in what a user wrote, as a sentence for that user. Control characters of the input are
/// shown as `\u001b`, so a sentence never does anything to a terminal.
///
/// @param where the place: `ecosystem.json:7: apps[2].instances`, `--max-restarts`
/// @param what what is wrong there, and what would be right
public record Problem(String where, String what) {
  public Problem {
    where = printable(where);
    what = printable(what);
  }

  /// `text` without anything a terminal would obey.
  static String printable(String text) {
    if (text.chars().noneMatch(Problem::isUnprintable)) {
      return text;
    }
    StringBuilder safe = new StringBuilder();
    text.chars()
        .forEach(c -> {
          if (isUnprintable(c)) {
            safe.append("\\u%04x".formatted(c));
          } else {
            safe.append((char) c);
          }
        });
    return safe.toString();
  }

  private static boolean isUnprintable(int c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }

  @Override
  public String toString() {
    return where + ": " + what;
  }
}
