package io.jpm.console;

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

/// Sorts the words of one command with picocli. The model is made by hand and only of the command
/// at hand: nothing is scanned by reflection.
final class OptionParser {
  private OptionParser() {}

  static Asked parse(Verb verb, List<String> words, List<String> rest) {
    try {
      ParseResult parsed = parser(verb).parseArgs(words.toArray(String[]::new));
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
      List<String> targets = parsed.matchedPositionalValue(0, List.of());
      return new Asked.Run(verb, new Arguments(targets, options, rest));
    } catch (UnmatchedArgumentException e) {
      List<String> known = verb.options().stream().flatMap(o -> o.names().stream()).toList();
      String help = "jpm %s --help".formatted(verb.word());
      String word = e.getUnmatched().getFirst();
      int equals = word.indexOf('=');
      String name = equals < 0 ? word : word.substring(0, equals);
      return new Asked.Mistake(
          LeftOutOption.find(name)
              .map(option -> "%s: %s".formatted(name, option.line()))
              .orElseGet(() -> ArgumentReader.unknown("option", name, known, help)));
    } catch (ParameterException e) {
      return new Asked.Mistake(mistake(verb, e));
    }
  }

  private static String mistake(Verb verb, ParameterException e) {
    ArgSpec argument =
        e instanceof MissingParameterException missing && !missing.getMissing().isEmpty()
            ? missing.getMissing().getFirst()
            : e.getArgSpec();
    String help = "jpm %s --help".formatted(verb.word());
    return argument instanceof OptionSpec option
        ? "%s needs a value: %s %s (%s)"
            .formatted(option.longestName(), option.longestName(), option.paramLabel(), help)
        : "%s (%s)".formatted(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), help);
  }

  private static CommandLine parser(Verb verb) {
    CommandSpec spec = CommandSpec.create().name("jpm " + verb.word());
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
