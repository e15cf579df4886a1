package io.jpm.console;

import io.jpm.console.cli.Examples;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbExamples;
import io.jpm.console.cli.VerbOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Writes the manual page `jpm(1)` from the catalogue, in the `man(7)` macros.
final class ManualPage {
  private static final String HEAD =
      """
      .\\" Made from the lists of commands and options: do not edit.
      .TH JPM 1 "" jpm "User Commands"
      .SH NAME
      jpm \\- keeps programs running
      .SH SYNOPSIS
      .B jpm
      .I command
      .RI [ options ]
      .RB [ \\-\\-
      .IR arguments ]
      .SH DESCRIPTION
      .B jpm
      starts programs of any language, keeps them running, gathers what they print and tells how they are.
      A daemon does so, which the first command starts.
      The programs are not its children: they live on while it is replaced or after it has died.
      Who knows PM2 knows the commands.
      .PP
      Options may stand anywhere before
      .BR \\-\\- .
      What follows
      .B \\-\\-
      belongs to the program that is started.
      An app is called by its name, by the id of one of its instances, by its namespace, by
      .BI / pattern /
      or, together with all others, by
      .BR all .
      """;

  private static final String TAIL =
      """
      .SH EXIT STATUS
      0 when all was done, 1 when something was not, with a line about it on standard error.
      .SH ENVIRONMENT
      .TP
      .B JPM_HOME
      where jpm keeps everything; by default
      .I \\(ti/.jpm
      .TP
      .B PM2_HOME
      the same, if JPM_HOME is not set and it is a home of jpm's; a home of PM2's is never touched
      .TP
      .B JPM_TIMEOUT
      seconds to wait for an answer of the daemon (15)
      .TP
      .B JPM_JAVA
      the Java to run on, 25 or newer: its home or the program
      .TP
      .B JPM_JAVA_OPTS
      more options for the daemon's Java
      .TP
      .BR JPM_SILENT ", " PM2_SILENT
      with any value, as
      .B \\-\\-silent
      .TP
      .B NO_COLOR
      with any value, as
      .B \\-\\-no\\-color
      .SH FILES
      .TP
      .I $JPM_HOME/jpm.json
      settings of the daemon
      .TP
      .I $JPM_HOME/jpm.log
      what the daemon has to say
      .TP
      .I $JPM_HOME/logs
      what apps have printed
      .TP
      .I ecosystem.config.js
      a process file, as
      .B jpm init
      writes one
      .SH SEE ALSO
      .BR kill (1),
      .BR systemd (1),
      .BR signal (7)
      """;

  private final StringBuilder page = new StringBuilder(HEAD);

  private ManualPage() {}

  static String text() {
    return new ManualPage().written();
  }

  private String written() {
    page.append(".SH EXAMPLES\n");
    Examples.ALL.forEach(group -> {
      page.append(".SS ").append(escaped(group.title())).append('\n');
      examples(group.lines());
    });
    page.append(".SH COMMANDS\n");
    for (Verb.Group group : Verb.Group.values()) {
      page.append(".SS ").append(escaped(group.title())).append('\n');
      Arrays.stream(Verb.values()).filter(verb -> verb.group() == group).forEach(this::command);
    }
    page.append(".SH OPTIONS OF EVERY COMMAND\n");
    List.of(VerbOption.SILENT, VerbOption.NO_COLOR, VerbOption.HELP).forEach(this::option);
    page.append(
        ".SH OPTIONS OF APPS\n.BR start \", \" restart \" and \" reload\ntake these: they say what is to be otherwise about the apps.\n");
    Map<String, List<VerbOption>> byTitle =
        VerbOption.ofApps().stream()
            .collect(
                Collectors.groupingBy(
                    option -> option.attribute().orElseThrow().group().title(),
                    LinkedHashMap::new,
                    Collectors.toList()));
    byTitle.forEach((title, options) -> {
      page.append(".SS ").append(escaped(title)).append('\n');
      options.forEach(this::option);
    });
    return page.append(TAIL).toString();
  }

  private void command(Verb verb) {
    tag(verb.names(), verb.targetNames());
    page.append(escaped(verb.summary())).append(".\n.RS\n");
    examples(VerbExamples.of(verb));
    List<VerbOption> own =
        verb.options().stream()
            .filter(option -> !isOfApps(verb, option))
            .filter(option ->
                option != VerbOption.SILENT
                    && option != VerbOption.NO_COLOR
                    && option != VerbOption.HELP)
            .toList();
    own.forEach(this::option);
    page.append(".RE\n");
  }

  /// Those of the commands that take all of them stand in a section of their own.
  private static boolean isOfApps(Verb verb, VerbOption option) {
    return option.attribute().isPresent() && verb.options().containsAll(VerbOption.ofApps());
  }

  private void examples(List<Examples.Line> lines) {
    for (Examples.Line line : lines) {
      page.append(".br\n.B ").append(escaped(line.command())).append('\n');
      if (!line.meaning().isEmpty()) {
        page.append("\\(em ").append(escaped(line.meaning())).append('\n');
      }
    }
  }

  private void option(VerbOption option) {
    tag(option.names(), option.parameter());
    page.append(escaped(option.description())).append('\n');
  }

  private void tag(List<String> names, String value) {
    page.append(".TP\n.BI \"").append(escaped(String.join(", ", names)));
    page.append(value.isEmpty() ? "\"\n" : " \" \"" + escaped(value) + "\"\n");
  }

  /// As text that roff shows just so, `groff_char(7)`.
  private static String escaped(String text) {
    String plain =
        text.replace("\\", "\\e")
            .replace("-", "\\-")
            .replace("\"", "\\(dq")
            .replace("'", "\\(aq")
            .replace("`", "\\(ga")
            .replace("^", "\\(ha")
            .replace("~", "\\(ti")
            .replace("…", "...");
    return plain.startsWith(".") ? "\\&" + plain : plain;
  }
}
