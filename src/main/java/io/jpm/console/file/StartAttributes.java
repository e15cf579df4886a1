package io.jpm.console.file;

import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.VerbOption;
import io.jpm.model.Triggers;
import io.jpm.spec.AppKey;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Converts the options of `jpm start` to app attributes with the keys of a process file. The
/// package `config` validates the values.
final class StartAttributes {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,9}");
  private static final Pattern SECONDS =
      Pattern.compile("[0-9]{1,9}(?:\\.[0-9]{1,9})?|\\.[0-9]{1,9}");
  private static final BigDecimal MILLIS = BigDecimal.valueOf(1_000);

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
          .ifPresent(key -> attributes.put(key.key(), value(key, option, arguments)));
    }
    arguments
        .value(VerbOption.EXT)
        .ifPresent(endings -> attributes.put("ignore_watch", allBut(endings, arguments)));
    return attributes;
  }

  /// Returns `ignore_watch` patterns for `--ext`. They ignore all files except those with the given
  /// extensions, and also the files that match `--ignore-watch` or its default.
  private static List<String> allBut(String endings, Arguments arguments) {
    List<String> patterns = new ArrayList<>(List.of("*", "!*/"));
    Arrays.stream(endings.split("[,\\s]+"))
        .map(ending -> ending.startsWith(".") ? ending.substring(1) : ending)
        .filter(ending -> !ending.isEmpty())
        .forEach(ending -> patterns.add("!*." + ending));
    patterns.addAll(
        arguments
            .value(VerbOption.IGNORE_WATCH)
            .map(given -> List.of(given.split("\\s+")))
            .orElse(Triggers.Watch.USUALLY_IGNORED));
    return patterns;
  }

  private static Object value(AppKey key, VerbOption option, Arguments arguments) {
    String text = arguments.value(option).orElse("");
    return switch (key.type()) {
      case BOOLEAN -> !option.longName().startsWith("--no-");
      case DURATION -> numberOrText(option == VerbOption.WATCH_DELAY ? seconds(text) : text);
      case NUMBER, COUNT -> numberOrText(text);
      case WATCHED -> watched(arguments.values(option));
      case FILTER -> arguments.values(option);
      case ADDRESSES -> String.join(",", arguments.values(option));
      case DEPENDENCIES -> dependencies(text);
      case PATH_OR_FLAG -> pathOrFlag(arguments.values(option));
      case TEXT,
          PATH,
          WORDS,
          SIZE,
          SIGNAL,
          VARIABLES,
          ENV_FILES,
          SECRET,
          VARIABLE,
          ACCOUNT,
          MASK,
          FRACTION,
          RULE,
          CODES,
          CHECKED,
          CHECKED_ONCE,
          CRON,
          ZONE,
          STOPPING,
          LINE_TYPE,
          BALANCING,
          STRATEGIES,
          HOOKS,
          PROXY_HEADER,
          LOG_LIMITS,
          RESOURCES ->
          text;
    };
  }

  /// Returns an [Integer] if `text` is an integer. Otherwise (`max`, `10s`) returns the text, which
  /// `config` validates.
  private static Object numberOrText(String text) {
    return NUMBER.matcher(text).matches() ? Integer.valueOf(text) : text;
  }

  /// Converts PM2's `--watch-delay` from seconds to milliseconds, the unit of the attribute.
  private static String seconds(String text) {
    return SECONDS.matcher(text).matches()
        ? new BigDecimal(text).multiply(MILLIS).setScale(0, RoundingMode.CEILING).toPlainString()
        : text;
  }

  /// Returns the paths to watch. `--watch` without a value selects the working directory.
  private static Object watched(List<String> values) {
    return values.stream().allMatch(String::isEmpty)
        ? true
        : values.stream().map(value -> value.isEmpty() ? "." : value).toList();
  }

  /// Returns the last value, or `true` for the default path if this value is empty.
  private static Object pathOrFlag(List<String> values) {
    return values.getLast().isEmpty() ? true : values.getLast();
  }

  /// Parses a list of dependencies such as `db:ready,cache` into conditions by app name. The
  /// condition follows the last colon; the default is `started`.
  private static Map<String, String> dependencies(String text) {
    Map<String, String> conditions = new LinkedHashMap<>();
    Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .forEach(part -> {
          int colon = part.lastIndexOf(':');
          String name = colon < 0 ? part : part.substring(0, colon);
          conditions.put(name, colon < 0 ? "started" : part.substring(colon + 1));
        });
    return conditions;
  }
}
