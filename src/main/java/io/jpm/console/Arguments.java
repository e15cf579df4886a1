package io.jpm.console;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A command's words, sorted.
///
/// @param targets what the command is about, in the order typed
/// @param options those given, each with its values in the order typed; without a value an empty
///   one stands there
/// @param rest everything after `--`
record Arguments(List<String> targets, Map<VerbOption, List<String>> options, List<String> rest) {
  Arguments {
    targets = List.copyOf(targets);
    Map<VerbOption, List<String>> copy = new EnumMap<>(VerbOption.class);
    options.forEach((option, values) -> copy.put(option, List.copyOf(values)));
    options = Map.copyOf(copy);
    rest = List.copyOf(rest);
  }

  boolean has(VerbOption option) {
    return options.containsKey(option);
  }

  /// The value of an option; of several, the last.
  Optional<String> value(VerbOption option) {
    return Optional.ofNullable(options.get(option)).map(List::getLast);
  }

  /// Every value of an option that may be repeated.
  List<String> values(VerbOption option) {
    return options.getOrDefault(option, List.of());
  }
}
