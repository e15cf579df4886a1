package io.jpm.config.values;

/// A mistake in the user's input, described for the user. Control characters from the input are
/// escaped, as in `\u001b`, so a message cannot control the terminal.
///
/// @param location the location, such as `ecosystem.json:7: apps[2].instances` or `--max-restarts`
/// @param message what is wrong, and how to fix it
public record Problem(String location, String message) {
  public Problem {
    location = printable(location);
    message = printable(message);
  }

  /// Returns `text` with control characters escaped.
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
    return location + ": " + message;
  }
}
