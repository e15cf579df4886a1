package io.jpm.console.cli;

import io.jpm.console.text.Paint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Formats the help texts from [Verb] and [VerbOption]: an overview, and one page per command.
public final class HelpText {
  private static final String EXAMPLES = Examples.forBeginners();

  /// The maximum number of options that a help page lists without grouping them under headings.
  private static final int MANY_OPTIONS = 12;

  private static final int LONGEST_LINE = 78;

  private HelpText() {}

  /// Returns the overview, which lists the common commands and fits on one screen.
  public static String overview(boolean colors) {
    var text = new StringBuilder("Usage: jpm <command> [options]\n\n");
    text.append(Paint.BOLD.on("Examples", colors)).append('\n').append(EXAMPLES);
    Arrays.stream(Verb.Group.values())
        .filter(group -> group != Verb.Group.MORE)
        .forEach(group -> commands(text, group, colors));
    return text.append(
            "\nRun jpm <command> --help for details, jpm help --all or man jpm for all commands\n")
        .toString();
  }

  /// Returns a list of all commands, followed by the PM2 commands that jpm does not support.
  public static String allCommands(boolean colors) {
    var text = new StringBuilder("Usage: jpm <command> [options]\n");
    Arrays.stream(Verb.Group.values()).forEach(group -> commands(text, group, colors));
    leftOut(text, colors);
    return text.append("\nRun jpm <command> --help for details, jpm --version for the version\n")
        .toString();
  }

  /// Lists the unsupported PM2 commands, because PM2 users look for them here. If a user runs such
  /// a command, the error message suggests an alternative.
  private static void leftOut(StringBuilder text, boolean colors) {
    text.append('\n').append(Paint.BOLD.on("PM2 commands that jpm does not support", colors));
    int column = LONGEST_LINE;
    for (String word : UnsupportedPm2.commands()) {
      column += word.length() + 1;
      if (column > LONGEST_LINE) {
        text.append("\n ");
        column = word.length() + 2;
      }
      text.append(' ').append(word);
    }
    text.append('\n');
  }

  private static void commands(StringBuilder text, Verb.Group group, boolean colors) {
    text.append('\n').append(Paint.BOLD.on(group.title(), colors)).append('\n');
    Arrays.stream(Verb.values())
        .filter(verb -> verb.group() == group)
        .forEach(verb -> line(text, verb.keyword() + " " + verb.targetNames(), verb.summary(), 36));
  }

  /// Returns the help page of a command.
  public static String of(Verb verb, boolean colors) {
    var text = new StringBuilder("Usage: jpm ").append(verb.keyword());
    if (!verb.targetNames().isEmpty()) {
      text.append(' ').append(verb.targetNames());
    }
    text.append(" [options]").append(verb == Verb.START ? " [-- arguments…]" : "");
    text.append("\n\n  ").append(verb.summary()).append('\n');
    if (verb.names().size() > 1) {
      text.append("  also: ")
          .append(verb.names().stream().skip(1).collect(Collectors.joining(", ")))
          .append('\n');
    }
    text.append('\n').append(Paint.BOLD.on("Examples", colors)).append('\n');
    VerbExamples.of(verb).forEach(line -> text.append(line.text()));
    Map<String, List<VerbOption>> byTitle = new LinkedHashMap<>();
    boolean many = verb.listedOptions().size() > MANY_OPTIONS;
    for (VerbOption option : verb.listedOptions()) {
      byTitle.computeIfAbsent(title(option, many), _ -> new ArrayList<>()).add(option);
    }
    byTitle.forEach((title, options) -> {
      text.append('\n').append(Paint.BOLD.on(title, colors)).append('\n');
      for (VerbOption option : options) {
        String names = String.join(", ", option.names());
        boolean value = option.takesValue() || option.mayTakeValue();
        line(text, names + (value ? " " + option.parameter() : ""), option.description(), 38);
      }
    });
    return text.toString();
  }

  /// Returns the heading above an option. If there are many options, they are grouped by the kind
  /// of app attribute that they set.
  private static String title(VerbOption option, boolean many) {
    return many ? option.attribute().map(key -> key.group().title()).orElse("Command") : "Options";
  }

  private static void line(StringBuilder text, String left, String right, int width) {
    text.append("  ").append(left).repeat(' ', Math.max(2, width - left.length()));
    text.append(right).append('\n');
  }
}
