package io.jpm.console.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Parses unambiguous command lines, in which all option names are complete and no value looks like
/// an option. Lines with misspelled, abbreviated or clustered options, or with missing values, are
/// left to [OptionParser].
///
/// This avoids loading picocli for the first command of a daemon. The class files of picocli are
/// too old for the AOT cache, so the first use of picocli takes about 100 ms.
final class SimpleParser {
  private SimpleParser() {}

  /// Returns the arguments exactly as [OptionParser] would; empty if the line is ambiguous.
  static Optional<Arguments> sort(Verb verb, List<String> words, List<String> rest) {
    List<String> targets = new ArrayList<>();
    Map<VerbOption, List<String>> options = new EnumMap<>(VerbOption.class);
    for (Iterator<String> next = words.iterator(); next.hasNext(); ) {
      String word = next.next();
      if (!ArgumentReader.isOption(word)) {
        targets.add(word);
        continue;
      }
      Optional<VerbOption> option = VerbOption.find(word, verb.options());
      String value = option.map(known -> value(known, word, next)).orElse(null);
      if (option.isEmpty() || value == null) {
        return Optional.empty();
      }
      options.computeIfAbsent(option.get(), _ -> new ArrayList<>()).add(value);
    }
    return Optional.of(new Arguments(targets, options, rest));
  }

  /// Returns the value of the option, or an empty string if the option does not take one; null if
  /// the value is missing or ambiguous.
  private static @Nullable String value(VerbOption option, String word, Iterator<String> next) {
    int equals = word.indexOf('=');
    if (!option.takesValue()) {
      return equals < 0 ? "" : null;
    }
    if (equals >= 0) {
      return word.startsWith("--") && equals + 1 < word.length()
          ? word.substring(equals + 1)
          : null;
    }
    String value = next.hasNext() ? next.next() : "-";
    return value.startsWith("-") ? null : value;
  }
}
