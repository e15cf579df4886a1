package io.jpm.console.cli;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Parses the arguments of one command with picocli. To save time, the picocli model is built
/// without reflection and contains only this command.
final class OptionParser {
  private static final VerbOption ARGUMENTS = VerbOption.INTERPRETER_ARGS;

  private OptionParser() {}

  static ParsedCommand parse(Verb verb, List<String> words, List<String> rest) {
    try {
      List<String> others = new ArrayList<>(words);
      List<String> ofInterpreter = interpreterArguments(verb, others);
      ParseResult parsed = parser(verb).parseArgs(others.toArray(String[]::new));
      Map<VerbOption, List<String>> options = new EnumMap<>(VerbOption.class);
      for (VerbOption option : verb.options()) {
        if (parsed.hasMatchedOption(option.longName())) {
          options.put(
              option,
              option.takesValue()
                  ? parsed.matchedOptionValue(option.longName(), List.of())
                  : List.of(""));
        }
      }
      if (!ofInterpreter.isEmpty()) {
        options.put(ARGUMENTS, ofInterpreter);
      }
      List<String> targets = parsed.matchedPositionalValue(0, List.of());
      return new ParsedCommand.Run(verb, new Arguments(targets, options, rest));
    } catch (UnmatchedArgumentException e) {
      List<String> known = verb.options().stream().flatMap(o -> o.names().stream()).toList();
      String help = "jpm %s --help".formatted(verb.keyword());
      String word = e.getUnmatched().getFirst();
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      return new ParsedCommand.Mistake(
          UnsupportedPm2.find(name)
              .map(option -> "%s: %s".formatted(name, option.line()))
              .orElseGet(() -> ArgumentReader.unknownWordMessage("option", name, known, help)));
    } catch (ParameterException e) {
      return new ParsedCommand.Mistake(mistake(verb, e));
    }
  }

  /// Removes the values of `--interpreter-args` from `words` and returns them. They may look like
  /// options of the command: `--interpreter-args -u`.
  private static List<String> interpreterArguments(Verb verb, List<String> words) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      boolean whole = word.contains("=");
      if (VerbOption.find(word, verb.options()).filter(ARGUMENTS::equals).isPresent()
          && (whole || i + 1 < words.size())) {
        words.remove(i);
        values.add(whole ? word.substring(word.indexOf('=') + 1) : words.remove(i));
        i--;
      }
    }
    return values;
  }

  private static String mistake(Verb verb, ParameterException e) {
    ArgSpec argument =
        e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()
            ? missing.getMissing().getFirst()
            : e.getArgSpec();
    String help = "jpm %s --help".formatted(verb.keyword());
    return argument instanceof OptionSpec option
        ? "%s requires a value: %s %s (%s)"
            .formatted(option.longestName(), option.longestName(), option.paramLabel(), help)
        : "%s (%s)".formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), help);
  }

  private static CommandLine parser(Verb verb) {
    CommandSpec spec = CommandSpec.create().name("jpm " + verb.keyword());
    for (VerbOption option : verb.options()) {
      var builder =
          OptionSpec.builder(option.names().getFirst(), otherNames(option))
              .type(option.takesValue() ? List.class : boolean.class)
              .arity(option.takesValue() ? "1" : "0");
      if (option.takesValue()) {
        builder.auxiliaryTypes(String.class).paramLabel(option.parameter());
      }
      spec.addOption(builder.build());
    }
    spec.addPositional(
        PositionalParamSpec.builder()
            .index("0..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .build());
    return new CommandLine(spec)
        .setExpandAtFiles(false)
        .setInterpolateVariables(false)
        .setOverwrittenOptionsAllowed(true);
  }

  private static String[] otherNames(VerbOption option) {
    return option.names().stream().skip(1).toArray(String[]::new);
  }
}
