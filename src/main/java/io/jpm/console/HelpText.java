package io.jpm.console;

import io.jpm.console.text.Paint;
import java.util.Arrays;
import java.util.stream.Collectors;

/// How jpm is used, from the lists of [Verb] and [VerbOption]: one screen for all, one for each
/// command.
final class HelpText {
  private static final String EXAMPLES =
      """
        jpm start app.js --name web -i 2      two processes of a script
        jpm start "python3 -m http.server"    a command with its arguments
        jpm start ecosystem.json              all apps of a process file
        jpm start job.sh -- --fast 10         arguments for the script after --
      """;

  private HelpText() {}

  static String ofAll(boolean colors) {
    var text = new StringBuilder("Usage: jpm <command> [options]\n\n");
    text.append(Paint.BOLD.on("Examples", colors)).append('\n').append(EXAMPLES);
    for (Verb.Group group : Verb.Group.values()) {
      text.append('\n').append(Paint.BOLD.on(group.title(), colors)).append('\n');
      Arrays.stream(Verb.values())
          .filter(verb -> verb.group() == group)
          .forEach(verb -> line(text, verb.word() + " " + verb.targetNames(), verb.summary(), 36));
    }
    return text.append("\njpm <command> --help says more; jpm --version says which jpm this is\n")
        .toString();
  }

  static String of(Verb verb, boolean colors) {
    var text = new StringBuilder("Usage: jpm ").append(verb.word());
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
    if (verb == Verb.START) {
      text.append('\n').append(Paint.BOLD.on("Examples", colors)).append('\n').append(EXAMPLES);
    }
    text.append('\n').append(Paint.BOLD.on("Options", colors)).append('\n');
    for (VerbOption option : verb.options()) {
      String names = String.join(", ", option.names());
      line(text, names + (option.takesValue() ? " " + option.parameter() : ""), option, 38);
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String left, VerbOption option, int width) {
    line(text, left, option.description(), width);
  }

  private static void line(StringBuilder text, String left, String right, int width) {
    text.append("  ").append(left).repeat(' ', Math.max(2, width - left.length()));
    text.append(right).append('\n');
  }
}
