package io.jpm.model;

import io.jpm.model.text.CommandPrefix;
import io.jpm.model.text.ShellLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The program that a command finally executes: `java` for `java -jar app.jar`, for `env A=1 java
/// …` and for `bash -c 'cd x && exec java …'`.
///
/// @param program the program as the command names it: a path, or a name to be found in PATH
/// @param args its arguments, as far as they are known
/// @param indirect whether another program, such as a shell, runs first and starts it; options can
///   then be passed to it only in variables
/// @param ambiguity why the program that a shell executes cannot be determined, as the end of a
///   sentence that begins with the shell; `program` is the shell then
public record EffectiveProgram(
    String program, List<String> args, boolean indirect, Optional<String> ambiguity) {
  private static final Set<String> NODE = Set.of("node", "nodejs");

  /// `jpm-serve` is a script that executes `java`.
  private static final Set<String> JAVA = Set.of("java", "jpm-serve");

  /// Node programs that start the app as a child process, which then has the sockets.
  private static final Set<String> RUNNERS = Set.of("npm", "npx", "yarn", "pnpm");

  private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh");

  /// Programs that may occur in a command line beside the app. Those before the app have ended when
  /// it runs; those after it in a pipe do not listen.
  private static final Set<String> ASIDE =
      Set.of(
          (". : [ [[ cat cd chmod chown cp cut date echo exit export false grep hash ln logger"
                  + " mkdir mv printf pwd read rm sed set shift shopt sleep source tee test touch"
                  + " trap true ts ulimit umask unset wait")
              .split(" "));

  /// Words of shell syntax that is more than a list of commands.
  private static final Set<String> RESERVED =
      Set.of(
          ("case coproc do done elif else esac eval fi for function if in select then until while"
                  + " { }")
              .split(" "));

  /// The maximum depth of nested shells that are examined.
  private static final int DEEPEST = 4;

  public EffectiveProgram {
    args = List.copyOf(args);
  }

  /// Returns the program that `command` finally executes.
  public static EffectiveProgram of(AppCommand appCommand) {
    List<String> argv = appCommand.argv();
    EffectiveProgram found = of(argv, false, 0).orElseGet(() -> named(argv, false));
    boolean reads =
        appCommand.interpreter().isPresent() && !found.indirect && found.ambiguity.isEmpty();
    return reads
        ? new EffectiveProgram(
            found.program,
            Stream.concat(Stream.of(appCommand.script().toString()), appCommand.args().stream())
                .toList(),
            false,
            Optional.empty())
        : found;
  }

  /// Returns the last part of the program's path.
  public String name() {
    return base(program);
  }

  /// Reports whether the program is Node and runs the app itself.
  public boolean isNode() {
    Optional<String> script = args.stream().filter(it -> !it.startsWith("-")).findFirst();
    return runsNode() && script.map(EffectiveProgram::base).filter(RUNNERS::contains).isEmpty();
  }

  /// Reports whether the program is Node, even if it starts the app as another process.
  public boolean runsNode() {
    return NODE.contains(name());
  }

  /// Reports whether the program may start Node as another process: npm and similar programs, and
  /// shells whose program cannot be determined.
  public boolean startsNode() {
    return RUNNERS.contains(name()) || SHELLS.contains(name()) || (runsNode() && !isNode());
  }

  /// Reports whether the program is a launcher of Java.
  public boolean isJava() {
    return JAVA.contains(name());
  }

  /// Returns why the program cannot be determined, as a sentence without a full stop.
  public Optional<String> ambiguityMessage() {
    return ambiguity.map(why -> name() + " runs a command line, and " + why);
  }

  private static EffectiveProgram named(List<String> argv, boolean behind) {
    return new EffectiveProgram(
        argv.getFirst(), argv.subList(1, argv.size()), behind, Optional.empty());
  }

  private static EffectiveProgram unclear(List<String> argv, String why) {
    return new EffectiveProgram(
        argv.getFirst(), argv.subList(1, argv.size()), false, Optional.of(why));
  }

  private static String base(String program) {
    return program.substring(program.lastIndexOf('/') + 1);
  }

  /// @return empty if no program is executed
  private static Optional<EffectiveProgram> of(List<String> argv, boolean behind, int depth) {
    CommandPrefix prefix = CommandPrefix.of(argv);
    List<String> rest = argv.subList(prefix.length(), argv.size());
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    if (prefix.ambiguity().isPresent()) {
      return Optional.of(unclear(argv, prefix.ambiguity().get()));
    }
    Optional<String> line = depth < DEEPEST ? line(rest) : Optional.empty();
    return Optional.of(
        line.map(text -> ofLine(rest, ShellLine.of(text), depth))
            .orElseGet(() -> named(rest, behind || prefix.length() > 0)));
  }

  private static EffectiveProgram ofLine(List<String> shell, ShellLine line, int depth) {
    if (line.ambiguity().isPresent()) {
      return unclear(shell, line.ambiguity().get());
    }
    List<EffectiveProgram> found = new ArrayList<>();
    for (List<String> command : line.commands()) {
      Optional<String> odd = odd(command);
      if (odd.isPresent()) {
        return unclear(shell, odd.get());
      }
      of(command, true, depth + 1).filter(it -> !ASIDE.contains(it.name())).ifPresent(found::add);
    }
    if (found.size() != 1) {
      return unclear(
          shell, found.isEmpty() ? "it runs no program" : "it runs more than one program");
    }
    EffectiveProgram only = found.getFirst();
    if (only.ambiguity.isPresent()) {
      return unclear(shell, only.ambiguity.get());
    }
    return only.name().indexOf(ShellLine.UNKNOWN) >= 0
        ? unclear(shell, "only the shell knows the program's name")
        : only;
  }

  /// Returns the reason why a command makes the line impossible to analyze.
  private static Optional<String> odd(List<String> command) {
    if (RESERVED.contains(command.getFirst())) {
      return Optional.of("it is more than a list of commands");
    }
    return CommandPrefix.VARIABLES.stream()
        .filter(name -> command.stream().anyMatch(word -> word.startsWith(name + "=")))
        .findFirst()
        .map(name -> "it sets " + name);
  }

  /// Returns the command line that a shell executes because of its option `-c`.
  private static Optional<String> line(List<String> shell) {
    boolean given = false;
    for (int at = 1; at < shell.size() && SHELLS.contains(base(shell.getFirst())); at++) {
      String word = shell.get(at);
      if (!word.matches("[-+].+")) {
        return given ? Optional.of(word) : Optional.empty();
      }
      given |= word.matches("-[^-]*c.*");
      if (word.matches("--rcfile|--init-file|[-+][^-]*[oO]")) {
        at++; // the option takes the next word
      }
    }
    return Optional.empty();
  }
}
