package io.jpm.console;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A command's words, sorted.
///
/// @param targets what the command is about, in the order typed
/// @param options those given; one that takes no value has an empty one
/// @param rest everything after `--`
record Arguments(List<String> targets, Map<VerbOption, String> options, List<String> rest) {
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
}
