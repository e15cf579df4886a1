package io.jpm.console;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// A command's words, sorted.
///
/// @param targets what the command is about, in the order typed
/// @param options those given; one that takes no value has an empty one
/// @param rest everything after `--`
record Arguments(List<String> targets, Map<VerbOption, String> options, List<String> rest) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final int MOST_LINES = 1_000_000;

  Arguments {
    targets = List.copyOf(targets);
    options = Map.copyOf(options);
    rest = List.copyOf(rest);
  }

  boolean has(VerbOption option) {
    return options.containsKey(option);
  }

  Optional<String> value(VerbOption option) {
    return Optional.ofNullable(options.get(option));
  }

  /// The value of `--lines`.
  ///
  /// @throws CommandFailure when it is no such number
  int lines(int usual) {
    return (int) number(VerbOption.LINES, MOST_LINES).orElse(usual);
  }

  /// The value of an option that takes a number from 0 to `most`.
  ///
  /// @throws CommandFailure when it is no such number
  OptionalLong number(VerbOption option, long most) {
    String text = options.get(option);
    if (text == null) {
      return OptionalLong.empty();
    }
    if (NUMBER.matcher(text).matches() && Long.parseLong(text) <= most) {
      return OptionalLong.of(Long.parseLong(text));
    }
    throw new CommandFailure("%s \"%s\": use 0 to %d".formatted(option.longName(), text, most));
  }
}
