package io.jpm.console.cli;

import io.jpm.console.text.Paint;
import java.util.List;
import java.util.stream.Collectors;

/// Example command lines. `jpm --help` shows the first group; `jpm examples` shows all groups.
public final class Examples {
  private static final int WIDTH = 38;

  /// All groups, the one for beginners first.
  public static final List<Group> ALL =
      List.of(
          new Group(
              "Start",
              List.of(
                  new Line("jpm start app.js --name web -i 2", "two processes of a script"),
                  new Line("jpm start \"python3 -m http.server\"", "a command with its arguments"),
                  new Line("jpm start ecosystem.json", "all apps of a process file"),
                  new Line("jpm start job.sh -- --fast 10", "arguments for the script after --"))),
          new Group(
              "Look",
              List.of(
                  new Line("jpm ls", "all apps"),
                  new Line("jpm ls --sort memory:desc", "the largest first"),
                  new Line("jpm describe web", "details and the reason for its state"),
                  new Line("jpm logs web --lines 100", "its last 100 lines, then new ones"),
                  new Line("jpm events web", "what has happened to it"),
                  new Line("jpm jlist", "the list for scripts, with PM2's keys"))),
          new Group(
              "Change",
              List.of(
                  new Line("jpm restart web --update-env", "with this shell's variables"),
                  new Line("jpm reload web", "process by process, without downtime"),
                  new Line("jpm scale web +2", "two more processes"),
                  new Line("jpm stop web", "it stays in the list"),
                  new Line("jpm delete web", "stop it and remove it from the list"))),
          new Group(
              "Process files",
              List.of(
                  new Line("jpm init", "write a sample file"),
                  new Line("jpm validate", "check it for errors"),
                  new Line("jpm plan ecosystem.json", "show what apply would do"),
                  new Line("jpm apply ecosystem.json --prune", "make the apps match it"))),
          new Group(
              "Operation",
              List.of(
                  new Line("jpm startup", "start the daemon at boot"),
                  new Line("jpm doctor", "check the machine and the daemon"),
                  new Line("jpm update", "switch to a new build"))));

  private Examples() {}

  /// A group of examples.
  public record Group(String title, List<Line> lines) {
    String text() {
      return lines.stream().map(Line::text).collect(Collectors.joining());
    }
  }

  /// One command line.
  ///
  /// @param command the command line as typed
  /// @param meaning what the command does; empty if it is self-explanatory
  public record Line(String command, String meaning) {
    String text() {
      String gap = meaning.isEmpty() ? "" : " ".repeat(Math.max(2, WIDTH - command.length()));
      return "  " + command + gap + meaning + "\n";
    }
  }

  /// Returns the examples for beginners.
  public static String forBeginners() {
    return ALL.getFirst().text();
  }

  public static String all(boolean colors) {
    return ALL.stream()
        .map(group -> Paint.BOLD.on(group.title(), colors) + "\n" + group.text())
        .collect(Collectors.joining("\n"));
  }
}
