package io.jpm.console.cli;

import io.jpm.console.text.Paint;
import java.util.List;
import java.util.stream.Collectors;

/// Example command lines. `jpm --help` prints the first group; `jpm examples` prints all groups.
public final class Examples {
  private static final int WIDTH = 38;

  /// All groups. The first group is for beginners.
  public static final List<Group> ALL =
      List.of(
          new Group(
              "Start",
              List.of(
                  new Line("jpm start app.js --name web -i 2", "run two instances of a script"),
                  new Line("jpm start \"python3 -m http.server\"", "run a command with arguments"),
                  new Line("jpm start ecosystem.json", "start all apps of a process file"),
                  new Line("jpm start job.sh -- --fast 10", "pass arguments to the script"))),
          new Group(
              "Inspect",
              List.of(
                  new Line("jpm ls", "list all apps"),
                  new Line("jpm ls --sort memory:desc", "sort by memory, largest first"),
                  new Line("jpm describe web", "show its details and state"),
                  new Line("jpm logs web --lines 100", "print 100 past lines and follow"),
                  new Line("jpm events web", "show its events and their causes"),
                  new Line("jpm jlist", "print the list as JSON, as PM2 does"))),
          new Group(
              "Change",
              List.of(
                  new Line("jpm restart web --update-env", "restart with this shell's environment"),
                  new Line("jpm reload web", "replace its processes without downtime"),
                  new Line("jpm scale web +2", "add two instances"),
                  new Line("jpm stop web", "stop it and keep it in the list"),
                  new Line("jpm delete web", "stop it and remove it from the list"))),
          new Group(
              "Process files",
              List.of(
                  new Line("jpm init", "write a sample process file"),
                  new Line("jpm validate", "check the process file for errors"),
                  new Line("jpm plan ecosystem.json", "show what jpm apply would change"),
                  new Line("jpm apply ecosystem.json --prune", "make the apps match the file"))),
          new Group(
              "Operation",
              List.of(
                  new Line("jpm startup", "start the daemon at boot"),
                  new Line("jpm doctor", "check machine and daemon for problems"),
                  new Line("jpm update", "restart the daemon from this build"))));

  private Examples() {}

  /// A group of examples.
  public record Group(String title, List<Line> lines) {
    String text() {
      return lines.stream().map(Line::text).collect(Collectors.joining());
    }
  }

  /// An example command line.
  ///
  /// @param command the command line as typed
  /// @param meaning an explanation; empty if the command is self-explanatory
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
