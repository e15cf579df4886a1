package io.jpm.console.cli;

import io.jpm.config.values.NearestName;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Parses command lines. Options may appear anywhere before `--`. The words after `--` are passed
/// to the app.
///
/// [SimpleParser] parses unambiguous lines. For other lines, [OptionParser] loads picocli.
public final class ArgumentReader {
  private static final List<String> VERSION_OPTIONS = List.of("-v", "-V", "--version");
  private static final List<String> HELP_OPTIONS = List.of("-h", "--help");
  private static final String ALL = "--all";
  private static final int SHORTEST_BEGINNING = 3;

  /// The commands that accept words after `--`.
  private static final Set<Verb> TAKING_REST =
      EnumSet.of(
          Verb.START, Verb.SEND, Verb.ATTACH, Verb.MONIT, Verb.LOGS, Verb.SET, Verb.COMPLETION);

  private ArgumentReader() {}

  /// Parses the words that follow `jpm` on a command line.
  public static ParsedCommand parse(List<String> argv) {
    int dashes = argv.indexOf("--");
    List<String> words = wordsBeforeSeparator(argv);
    List<String> rest = dashes < 0 ? List.of() : argv.subList(dashes + 1, argv.size());
    int at = verbIndex(words);
    if (at == words.size()) {
      return withoutVerb(words);
    }
    List<String> before = words.subList(0, at);
    if (before.stream().anyMatch(VERSION_OPTIONS::contains)) {
      return new ParsedCommand.Version();
    }
    String word = words.get(at);
    List<String> others = Stream.concat(before.stream(), words.stream().skip(at + 1)).toList();
    if (word.equals("help")) {
      return help(others);
    }
    return Verb.find(word).map(verb -> parse(verb, others, rest)).orElseGet(() -> noVerb(word));
  }

  private static ParsedCommand noVerb(String word) {
    return new ParsedCommand.Mistake(
        UnsupportedPm2.find(word)
            .map(UnsupportedPm2::line)
            .orElseGet(() ->
                unknownWordMessage(
                    "command",
                    word,
                    ResolvedTargets.joined(Verb.keywords(), UnsupportedPm2.commands()),
                    "jpm --help")));
  }

  /// Returns the words before `--`, which jpm itself interprets.
  static List<String> wordsBeforeSeparator(List<String> argv) {
    int dashes = argv.indexOf("--");
    return dashes < 0 ? argv : argv.subList(0, dashes);
  }

  private static ParsedCommand withoutVerb(List<String> words) {
    if (words.isEmpty()) {
      return new ParsedCommand.Nothing();
    }
    if (words.stream().anyMatch(VERSION_OPTIONS::contains)) {
      return new ParsedCommand.Version();
    }
    if (words.stream().anyMatch(HELP_OPTIONS::contains)) {
      return words.contains(ALL)
          ? new ParsedCommand.HelpOfAll()
          : new ParsedCommand.Help(Optional.empty());
    }
    String first = words.getFirst();
    if (VerbOption.find(first).isPresent()) {
      return new ParsedCommand.Mistake(
          "no command was specified: run jpm --help for a list of commands");
    }
    List<String> known = Stream.concat(VERSION_OPTIONS.stream(), HELP_OPTIONS.stream()).toList();
    return new ParsedCommand.Mistake(unknownWordMessage("option", first, known, "jpm --help"));
  }

  private static ParsedCommand help(List<String> words) {
    Optional<String> about = words.stream().filter(word -> !isOption(word)).findFirst();
    if (words.contains(ALL)) {
      return new ParsedCommand.HelpOfAll();
    }
    if (about.isEmpty()) {
      return new ParsedCommand.Help(Optional.empty());
    }
    Optional<Verb> verb = Verb.find(about.get());
    return verb.isPresent() ? new ParsedCommand.Help(verb) : noVerb(about.get());
  }

  private static ParsedCommand parse(Verb verb, List<String> words, List<String> rest) {
    if (!rest.isEmpty() && !TAKING_REST.contains(verb)) {
      return new ParsedCommand.Mistake(
          "jpm %s does not accept arguments after --: remove them, or use jpm start"
              .formatted(verb.keyword()));
    }
    OptionalValues optional = OptionalValues.extract(verb, words);
    ParsedCommand parsedCommand =
        optional.mergeInto(
            SimpleParser.sort(verb, optional.words(), rest)
                .<ParsedCommand>map(arguments -> new ParsedCommand.Run(verb, arguments))
                .orElseGet(() -> OptionParser.parse(verb, optional.words(), rest)));
    return parsedCommand instanceof ParsedCommand.Run(_, Arguments arguments)
        ? checked(verb, arguments, parsedCommand)
        : parsedCommand;
  }

  private static ParsedCommand checked(
      Verb verb, Arguments arguments, ParsedCommand parsedCommand) {
    if (arguments.has(VerbOption.HELP)) {
      return new ParsedCommand.Help(Optional.of(verb));
    }
    int count = arguments.targets().size();
    return switch (verb.targets()) {
      case NONE ->
          count == 0
              ? parsedCommand
              : new ParsedCommand.Mistake(
                  "jpm %s does not accept \"%s\": see jpm %s --help"
                      .formatted(verb.keyword(), arguments.targets().getFirst(), verb.keyword()));
      case ANY -> parsedCommand;
      case SOME ->
          count > 0
              ? parsedCommand
              : new ParsedCommand.Mistake(
                  "jpm %s requires an argument: jpm %s %s"
                      .formatted(verb.keyword(), verb.keyword(), verb.targetNames()));
    };
  }

  /// Returns a message such as `unknown option "--nmae": did you mean --name? (jpm start --help)`.
  static String unknownWordMessage(
      String what, String word, Collection<String> known, String help) {
    return begunWith(word, known)
        .or(() -> NearestName.to(word, known))
        .map(near -> "unknown %s \"%s\": did you mean %s? (%s)".formatted(what, word, near, help))
        .orElseGet(() -> "unknown %s \"%s\": see %s".formatted(what, word, help));
  }

  /// Returns the shortest known word that begins with `word`; empty if `word` is too short for a
  /// meaningful match.
  private static Optional<String> begunWith(String word, Collection<String> known) {
    return word.replace("-", "").length() < SHORTEST_BEGINNING
        ? Optional.empty()
        : known.stream()
            .filter(name -> name.startsWith(word))
            .min(Comparator.comparingInt(String::length));
  }

  /// Returns the index of the command: the first command name for which all preceding words are
  /// valid options. This rule is needed because some options, such as `-i`, differ between
  /// commands. If there is no such command, returns the index of the first word that is neither an
  /// option nor the value of an option, or the number of words.
  public static int verbIndex(List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      Optional<Verb> verb = Verb.find(words.get(i));
      if (verb.isPresent() && areOptionsOf(verb.get(), words.subList(0, i))) {
        return i;
      }
    }
    return firstOther(words);
  }

  private static boolean areOptionsOf(Verb verb, List<String> words) {
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      Optional<VerbOption> option =
          isOption(word) ? VerbOption.find(word, verb.options()) : Optional.empty();
      if (option.isEmpty()) {
        return false;
      }
      boolean bare = !word.contains("=");
      if (bare && option.get().takesValue()) {
        i++;
        if (i == words.size()) {
          return false;
        }
      } else if (bare
          && option.get().mayTakeValue()
          && i + 1 < words.size()
          && !isOption(words.get(i + 1))) {
        i++;
      }
    }
    return true;
  }

  /// Returns the index of the first word that is neither an option nor the value of an option.
  private static int firstOther(List<String> words) {
    int i = 0;
    while (i < words.size() && isOption(words.get(i))) {
      String word = words.get(i);
      boolean valueFollows =
          !word.contains("=") && VerbOption.find(word).filter(VerbOption::takesValue).isPresent();
      i += valueFollows ? 2 : 1;
    }
    return Math.min(i, words.size());
  }

  public static boolean isOption(String word) {
    return word.length() > 1 && word.startsWith("-");
  }
}
