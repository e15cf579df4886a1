package io.jpm.console;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// The options of `start` as attributes of an app, under their names in a process file.
final class StartAttributes {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");

  private StartAttributes() {}

  static Map<String, Object> of(String script, Arguments arguments) {
    Map<String, Object> attributes = new LinkedHashMap<>();
    attributes.put("script", script);
    if (!arguments.rest().isEmpty()) {
      attributes.put("args", arguments.rest());
    }
    for (VerbOption option : VerbOption.values()) {
      option
          .attribute()
          .filter(_ -> arguments.has(option))
          .ifPresent(key -> attributes.put(key, value(option, arguments)));
    }
    return attributes;
  }

  private static Object value(VerbOption option, Arguments arguments) {
    String text = arguments.value(option).orElse("");
    return switch (option) {
      case NO_AUTORESTART -> false;
      case INSTANCES, MAX_RESTARTS, MIN_UPTIME, RESTART_DELAY, KILL_TIMEOUT -> numberOrText(text);
      case NAME,
          INTERPRETER,
          INTERPRETER_ARGS,
          CWD,
          NAMESPACE,
          OUTPUT,
          ERROR,
          ONLY,
          LINES,
          NOSTREAM,
          ERR,
          OUT,
          RAW,
          FOLLOW,
          SINCE,
          JSON,
          REVEAL,
          NO_COLOR,
          HELP ->
          text;
    };
  }

  /// A number where it is one; what else may stand here (`max`, `10s`) is for `config` to say.
  private static Object numberOrText(String text) {
    return NUMBER.matcher(text).matches() ? Integer.valueOf(text) : text;
  }
}
