package io.jpm.satan.health;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Replaces the placeholders `${NAME}` in texts of probes with the values of environment variables
/// of the process.
final class Placeholders {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)\\}");

  /// Signals that a placeholder refers to an unknown variable. The message is for users.
  static final class Unknown extends Exception {
    private static final long serialVersionUID = 1;

    Unknown(String text, String name) {
      super("%s: the app has no environment variable %s".formatted(text, name));
    }
  }

  private Placeholders() {}

  /// Returns `text` with all placeholders replaced.
  ///
  /// @throws Unknown if the process does not have one of the variables
  static String expand(String text, Map<String, String> variables) throws Unknown {
    Matcher matcher = VARIABLE.matcher(text);
    StringBuilder whole = new StringBuilder();
    while (matcher.find()) {
      String value = variables.get(matcher.group(1));
      if (value == null) {
        throw new Unknown(text, matcher.group(1));
      }
      matcher.appendReplacement(whole, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(whole).toString();
  }

  /// Returns a text with all placeholders replaced, for use in a message. If a variable is unknown,
  /// returns the text unchanged.
  static String asFarAsKnown(String text, Map<String, String> variables) {
    try {
      return expand(text, variables);
    } catch (Unknown _) {
      return text;
    }
  }
}
