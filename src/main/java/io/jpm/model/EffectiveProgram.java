package io.jpm.model;

import io.jpm.model.text.CommandPrefix;
import io.jpm.model.text.ShellLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The program that a command ultimately executes: `java` for `java -jar app.jar`, for `env A=1
/// java …` and for `bash -c 'cd x && exec java …'`.
///
/// @param program the program as the command names it: a path, or a name to be found in PATH
/// @param args the arguments of the program, as far as they are known
/// @param indirect whether another program, such as a shell, runs first and starts this program;
///   options can then be passed only in environment variables
/// @param ambiguity why the program that a shell executes cannot be determined, as a clause such as
///   `it contains a subshell`; if present, `program` is the shell
public record EffectiveProgram(
    String program, List<String> args, boolean indirect, Optional<String> ambiguity) {
  private static final Set<String> NODE = Set.of("node", "nodejs");

  /// Runtimes other than Node that read the IPC channel as Node does.
  private static final Set<String> IPC_RUNTIMES = Set.of("bun", "deno");

  /// `jpm-serve` is a script that executes `java`.
  private static final Set<String> JAVA = Set.of("java", "jpm-serve");

  /// Node programs that start the app as a child process, which then owns the sockets.
  private static final Set<String> RUNNERS = Set.of("npm", "npx", "yarn", "pnpm");

  private static final Set<String> SHELLS = Set.of("sh", "bash", "dash", "ash", "ksh", "zsh");

  /// Auxiliary programs that may appear in a command line besides the app. Those before the app
  /// have exited when it runs, and those after it in a pipeline do not listen on sockets.
  private static final Set<String> ASIDE =
      Set.of(
          (". : [ [[ cat cd chmod chown cp cut date echo exit export false grep hash ln logger"
                  + " mkdir mv printf pwd read rm sed set shift shopt sleep source tee test touch"
                  + " trap true ts ulimit umask unset wait")
              .split(" "));

  /// Reserved words of the shell that begin a compound command.
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

  /// Returns the program that a command ultimately executes.
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

  /// Returns the file name of the program.
  public String name() {
    return base(program);
  }

  /// Reports whether the program is Node and runs the app in its own process.
  public boolean isNode() {
    Optional<String> script = args.stream().filter(it -> !it.startsWith("-")).findFirst();
    return runsNode() && script.map(EffectiveProgram::base).filter(RUNNERS::contains).isEmpty();
  }

  /// Reports whether the program is Node, even if Node starts the app in another process.
  public boolean runsNode() {
    return NODE.contains(name());
  }

  /// Reports whether an app that does not report its listeners for messages probably has one. Node
  /// reports them (`lib/node-worker.cjs`), also if another program starts it.
  ///
  /// @param sends whether the app has sent a message
  public boolean mayReadMessages(boolean sends) {
    return IPC_RUNTIMES.contains(name()) || (sends && !isNode() && !startsNode());
  }

  /// Reports whether the program may start Node in another process. This applies to npm and similar
  /// programs, and to shells whose program cannot be determined.
  public boolean startsNode() {
    return RUNNERS.contains(name()) || SHELLS.contains(name()) || (runsNode() && !isNode());
  }

  /// Reports whether the program starts a JVM.
  public boolean isJava() {
    return JAVA.contains(name());
  }

  /// Returns why the program cannot be determined, as a sentence without a full stop; empty if the
  /// program is known.
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

  /// Returns the program that an argument vector ultimately executes.
  ///
  /// @return the program; empty if the command executes none
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
        ? unclear(shell, "the name of the program is the result of an expansion")
        : only;
  }

  /// Returns why a command prevents the analysis of the line; empty if it does not.
  private static Optional<String> odd(List<String> command) {
    if (RESERVED.contains(command.getFirst())) {
      return Optional.of("it contains a compound command");
    }
    return CommandPrefix.VARIABLES.stream()
        .filter(name -> command.stream().anyMatch(word -> word.startsWith(name + "=")))
        .findFirst()
        .map(name -> "it sets " + name);
  }

  /// Returns the command line that is passed to a shell with the option `-c`.
  private static Optional<String> line(List<String> shell) {
    boolean given = false;
    for (int at = 1; at < shell.size() && SHELLS.contains(base(shell.getFirst())); at++) {
      String word = shell.get(at);
      if (!word.matches("[-+].+")) {
        return given ? Optional.of(word) : Optional.empty();
      }
      given |= word.matches("-[^-]*c.*");
      if (word.matches("--rcfile|--init-file|[-+][^-]*[oO]")) {
        at++; // the next word is the argument of the option
      }
    }
    return Optional.empty();
  }
}
