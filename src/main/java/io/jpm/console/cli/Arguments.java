package io.jpm.console.cli;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// The parsed arguments of a command.
///
/// @param targets the targets of the command, in the order typed
/// @param options the options, each with its values in the order typed. The value of an option that
///   was typed without one is an empty string.
/// @param rest all words after `--`
public record Arguments(
    List<String> targets, Map<VerbOption, List<String>> options, List<String> rest) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
  private static final int MOST_LINES = 1_000_000;

  public Arguments {
    targets = List.copyOf(targets);
    Map<VerbOption, List<String>> copy = new EnumMap<>(VerbOption.class);
    options.forEach((option, values) -> copy.put(option, List.copyOf(values)));
    options = Map.copyOf(copy);
    rest = List.copyOf(rest);
  }

  public boolean has(VerbOption option) {
    return options.containsKey(option);
  }

  /// Returns the value of an option, or the last value if the option is repeated.
  public Optional<String> value(VerbOption option) {
    return Optional.ofNullable(options.get(option)).map(List::getLast);
  }

  /// Returns all values of an option that may be repeated; empty if the option is absent.
  public List<String> values(VerbOption option) {
    return options.getOrDefault(option, List.of());
  }

  /// Returns the value of `--lines`.
  ///
  /// @param usual the default, if the option is absent
  /// @throws CommandFailure if the value is not a number in range
  public int lineCount(int usual) {
    return (int) number(VerbOption.LINES, MOST_LINES).orElse(usual);
  }

  /// Returns the value of a numeric option, from 0 to `most`; empty if the option is absent.
  ///
  /// @throws CommandFailure if the value is not a number in range
  public OptionalLong number(VerbOption option, long most) {
    return number(option, 0, most);
  }

  /// Returns the value of a numeric option, from `least` to `most`; empty if the option is absent.
  ///
  /// @throws CommandFailure if the value is not a number in range
  public OptionalLong number(VerbOption option, long least, long most) {
    if (!has(option)) {
      return OptionalLong.empty();
    }
    String text = value(option).orElse("");
    if (NUMBER.matcher(text).matches()
        && Long.parseLong(text) >= least
        && Long.parseLong(text) <= most) {
      return OptionalLong.of(Long.parseLong(text));
    }
    throw new CommandFailure(
        "%s \"%s\" is not valid: use a number from %d to %d"
            .formatted(option.longName(), text, least, most));
  }
}
