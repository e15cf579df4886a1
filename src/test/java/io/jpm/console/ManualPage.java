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
      starts programs of any language, keeps them running, collects their output and reports their state.
      A daemon does this; the first command starts it.
      The programs are not its child processes: they keep running while it is replaced or after it has died.
      The commands are those of PM2.
      .PP
      Options may be anywhere before
      .BR \\-\\- .
      The text after
      .B \\-\\-
      belongs to the program that is started.
      An app is selected by its name, by the id of one of its instances, by its namespace, by
      .BI / pattern /
      or, together with all others, by
      .BR all .
      """;

  private static final String TAIL =
      """
      .SH EXIT STATUS
      0 if everything was done; otherwise 1, with a line about the problem on standard error.
      .SH ENVIRONMENT
      .TP
      .B JPM_HOME
      directory of all files of jpm; by default
      .I \\(ti/.jpm
      .TP
      .B PM2_HOME
      the same, if JPM_HOME is not set and the directory is a home of jpm; a home of PM2 is never changed
      .TP
      .B JPM_TIMEOUT
      seconds to wait for a reply of the daemon (15)
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
      log of the daemon
      .TP
      .I $JPM_HOME/logs
      output of apps
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
    return new ManualPage().render();
  }

  private String render() {
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
        ".SH OPTIONS OF APPS\n.BR start \", \" restart \" and \" reload\naccept these options, which set attributes of the apps.\n");
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
        verb.listedOptions().stream()
            .filter(option -> !isOfApps(verb, option))
            .filter(option ->
                option != VerbOption.SILENT
                    && option != VerbOption.NO_COLOR
                    && option != VerbOption.HELP)
            .toList();
    own.forEach(this::option);
    page.append(".RE\n");
  }

  /// Reports whether the option is an attribute of apps. Such options of commands that accept all
  /// of them are in a separate section.
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

  /// Escapes text so that roff prints it unchanged, `groff_char(7)`.
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
