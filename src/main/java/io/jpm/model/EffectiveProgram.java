package io.jpm.model;

import io.jpm.model.text.CommandPrefix;
import io.jpm.model.text.ShellLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The program that a command comes down to: `java` for `java -jar app.jar`, for `env A=1 java …`
/// and for `bash -c 'cd x && exec java …'`.
///
/// @param program the program as the command names it: a path, or a word that is found in PATH
/// @param args its arguments, as far as they can be read
/// @param behind whether something else runs first and starts it, such as a shell: then it can be
///   given options by variables only
/// @param unclear why it cannot be told what a shell comes down to, as the end of a sentence that
///   begins with the shell; `program` is the shell then
public record EffectiveProgram(
    String program, List<String> args, boolean behind, Optional<String> unclear) {
  private static final Set<String> NODE = Set.of("node", "nodejs");

  /// The second becomes a `java` as soon as it runs.
  private static final Set<String> JAVA = Set.of("java", "jpm-serve");

  /// Programs of Node that start the app as a child of theirs, which then has the sockets.
  private static final Set<String> RUNNERS = Set.of("npm", "npx", "yarn", "pnpm");

  private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh");

  /// What a line may do beside running the app: what is before it has ended by then, and what is
  /// behind it in a pipe does not listen.
  private static final Set<String> ASIDE =
      Set.of(
          (". : [ [[ cat cd chmod chown cp cut date echo exit export false grep hash ln logger"
                  + " mkdir mv printf pwd read rm sed set shift shopt sleep source tee test touch"
                  + " trap true ts ulimit umask unset wait")
              .split(" "));

  /// Words that make more of a line than a list of commands.
  private static final Set<String> RESERVED =
      Set.of(
          ("case coproc do done elif else esac eval fi for function if in select then until while"
                  + " { }")
              .split(" "));

  /// How many shells and the like are looked through.
  private static final int DEEPEST = 4;

  /// Copies the list.
  public EffectiveProgram {
    args = List.copyOf(args);
  }

  /// What `command` comes down to.
  public static EffectiveProgram of(Command command) {
    List<String> argv = command.argv();
    EffectiveProgram found = of(argv, false, 0).orElseGet(() -> named(argv, false));
    boolean reads = command.interpreter().isPresent() && !found.behind && found.unclear.isEmpty();
    return reads
        ? new EffectiveProgram(
            found.program,
            Stream.concat(Stream.of(command.script().toString()), command.args().stream()).toList(),
            false,
            Optional.empty())
        : found;
  }

  /// The last part of the program's path.
  public String name() {
    return base(program);
  }

  /// Whether it is Node, and Node runs the app itself.
  public boolean isNode() {
    Optional<String> script = args.stream().filter(it -> !it.startsWith("-")).findFirst();
    return isAnyNode() && script.map(EffectiveProgram::base).filter(RUNNERS::contains).isEmpty();
  }

  /// Whether it is Node, be it for a program that starts the app as another process.
  public boolean isAnyNode() {
    return NODE.contains(name());
  }

  /// Whether it may start Node as a process of its own: npm and its like, and shells of which it
  /// cannot be told.
  public boolean startsNode() {
    return RUNNERS.contains(name()) || SHELLS.contains(name()) || (isAnyNode() && !isNode());
  }

  /// Whether it is a launcher of Java.
  public boolean isJava() {
    return JAVA.contains(name());
  }

  /// Why it cannot be told, as a sentence without its end.
  public Optional<String> doubt() {
    return unclear.map(why -> name() + " runs a command line, and " + why);
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

  /// @return empty where nothing is run
  private static Optional<EffectiveProgram> of(List<String> argv, boolean behind, int depth) {
    CommandPrefix prefix = CommandPrefix.of(argv);
    List<String> rest = argv.subList(prefix.length(), argv.size());
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    if (prefix.unclear().isPresent()) {
      return Optional.of(unclear(argv, prefix.unclear().get()));
    }
    Optional<String> line = depth < DEEPEST ? line(rest) : Optional.empty();
    return Optional.of(
        line.map(text -> ofLine(rest, ShellLine.of(text), depth))
            .orElseGet(() -> named(rest, behind || prefix.length() > 0)));
  }

  private static EffectiveProgram ofLine(List<String> shell, ShellLine line, int depth) {
    if (line.unclear().isPresent()) {
      return unclear(shell, line.unclear().get());
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
          shell, found.isEmpty() ? "that runs no program" : "that runs more than one program");
    }
    EffectiveProgram only = found.getFirst();
    if (only.unclear.isPresent()) {
      return unclear(shell, only.unclear.get());
    }
    return only.name().indexOf(ShellLine.UNKNOWN) >= 0
        ? unclear(shell, "only the shell knows the program's name")
        : only;
  }

  /// Why a command keeps the line from being looked through.
  private static Optional<String> odd(List<String> command) {
    if (RESERVED.contains(command.getFirst())) {
      return Optional.of("that is more than a list of commands");
    }
    return CommandPrefix.VARIABLES.stream()
        .filter(name -> command.stream().anyMatch(word -> word.startsWith(name + "=")))
        .findFirst()
        .map(name -> "that sets " + name);
  }

  /// What a shell is given to run by its option `-c`.
  private static Optional<String> line(List<String> shell) {
    boolean given = false;
    for (int at = 1; at < shell.size() && SHELLS.contains(base(shell.getFirst())); at++) {
      String word = shell.get(at);
      if (!word.matches("[-+].+")) {
        return given ? Optional.of(word) : Optional.empty();
      }
      given |= word.matches("-[^-]*c.*");
      if (word.matches("--rcfile|--init-file|[-+][^-]*[oO]")) {
        at++; // the next word belongs to it
      }
    }
    return Optional.empty();
  }
}
