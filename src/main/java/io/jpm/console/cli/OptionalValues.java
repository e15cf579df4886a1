package io.jpm.console.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The options with an optional value (`--watch`, `--watch src`, `--watch=src`), extracted from a
/// command line.
///
/// As in PM2, the word after such an option is its value, with two exceptions: a word that looks
/// like an option, and the only target on the line. `start --watch app.js` therefore starts
/// `app.js`. A time format does not count as a target. (PM2 always uses the word as the value and
/// then looks for a process file.)
///
/// The value of `--interpreter-args` is extracted too, even if it looks like an option: `-u` can be
/// an option of Python as well as of jpm.
///
/// @param words the remaining words
/// @param values the values of each extracted option, in the order typed; an empty string if the
///   option has no value
record OptionalValues(List<String> words, Map<VerbOption, List<String>> values) {
  OptionalValues {
    words = List.copyOf(words);
    values = Map.copyOf(values);
  }

  static OptionalValues extract(Verb verb, List<String> words) {
    List<String> left = new ArrayList<>();
    Map<VerbOption, List<String>> values = new EnumMap<>(VerbOption.class);
    int targets = 0;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      Optional<VerbOption> option =
          ArgumentReader.isOption(word) ? VerbOption.find(word, verb.options()) : Optional.empty();
      if (option.isPresent() && option.get().mayTakeValue()) {
        boolean follows =
            !word.contains("=")
                && i + 1 < words.size()
                && !ArgumentReader.isOption(words.get(i + 1))
                && (targets > 0
                    || hasTarget(verb, words.subList(i + 2, words.size()))
                    || isPlainly(option.get(), words.get(i + 1)));
        String value = follows ? words.get(++i) : word.substring(word.indexOf('=') + 1);
        boolean bare = !follows && !word.contains("=");
        values.computeIfAbsent(option.get(), _ -> new ArrayList<>()).add(bare ? "" : value);
        continue;
      }
      if (option.isPresent() && option.get() == VerbOption.INTERPRETER_ARGS) {
        boolean attached = word.contains("=");
        if (attached || i + 1 < words.size()) {
          String value = attached ? word.substring(word.indexOf('=') + 1) : words.get(++i);
          values.computeIfAbsent(option.get(), _ -> new ArrayList<>()).add(value);
          continue;
        }
      }
      left.add(word);
      if (!ArgumentReader.isOption(word)) {
        targets++;
      } else if (hasSeparateValue(option, word) && i + 1 < words.size()) {
        left.add(words.get(++i));
      }
    }
    return new OptionalValues(left, values);
  }

  /// Reports whether `words` contains a word that is neither an option nor the value of an option.
  private static boolean hasTarget(Verb verb, List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!ArgumentReader.isOption(word)) {
        return true;
      }
      Optional<VerbOption> option = VerbOption.find(word, verb.options());
      if (hasSeparateValue(option, word)) {
        i++;
      }
    }
    return false;
  }

  private static boolean isPlainly(VerbOption option, String word) {
    return option == VerbOption.TIMESTAMP && LogsOptions.isTimeFormat(word);
  }

  private static boolean hasSeparateValue(Optional<VerbOption> option, String word) {
    return option.isPresent() && option.get().takesValue() && !word.contains("=");
  }

  /// Returns `parsedCommand` with the extracted values added.
  ParsedCommand mergeInto(ParsedCommand parsedCommand) {
    if (values.isEmpty()
        || !(parsedCommand instanceof ParsedCommand.Run(Verb verb, Arguments sorted))) {
      return parsedCommand;
    }
    Map<VerbOption, List<String>> all = new EnumMap<>(values);
    all.putAll(sorted.options());
    return new ParsedCommand.Run(verb, new Arguments(sorted.targets(), all, sorted.rest()));
  }
}
