package io.jpm.config.command;

import io.jpm.config.command.Resolution.Found;
import io.jpm.config.command.Resolution.Refused;
import io.jpm.model.AppCommand;
import io.jpm.spec.AppKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Resolves the `script` of an app to a file and the program that interprets it.
///
/// The rules are those of PM2. The script is a file with this name, otherwise a program in PATH,
/// otherwise, if the text contains a space, a command line. The file's extension determines the
/// interpreter. Two rules differ: for a file with an unknown extension, jpm uses the `#!` line, and
/// reports a problem for a text file without one. PM2 runs such a file with node.
public final class CommandResolver {
  /// PM2's value of `interpreter` for a script that is executed directly.
  static final String NO_INTERPRETER = "none";

  private static final Map<String, List<String>> BY_EXTENSION =
      Map.ofEntries(
          Map.entry("sh", List.of("bash", "sh")),
          Map.entry("py", List.of("python3", "python")),
          Map.entry("js", List.of("node")),
          Map.entry("mjs", List.of("node")),
          Map.entry("cjs", List.of("node")),
          Map.entry("ts", List.of("bun")),
          Map.entry("tsx", List.of("bun")),
          Map.entry("rb", List.of("ruby")),
          Map.entry("php", List.of("php")),
          Map.entry("pl", List.of("perl")),
          Map.entry("jar", List.of("java")),
          Map.entry("java", List.of("java")),
          Map.entry("coffee", List.of("coffee")),
          Map.entry("ls", List.of("lsc")));

  private final CallerContext callerContext;
  private final SearchPath path;
  private final List<Path> bases;
  private final Path cwd;

  /// Creates a resolver for one app.
  ///
  /// @param bases the directories against which a relative script is resolved, in order of
  ///   preference
  /// @param cwd the app's working directory, against which paths in a command line are resolved
  public CommandResolver(CallerContext callerContext, List<Path> bases, Path cwd) {
    this.callerContext = callerContext;
    this.path = SearchPath.of(callerContext);
    this.bases = List.copyOf(bases);
    this.cwd = cwd;
  }

  /// The attributes that determine the command, as written by the user.
  public record ScriptAttributes(
      String script,
      Optional<String> interpreter,
      List<String> interpreterArgs,
      List<String> args) {
    public ScriptAttributes {
      interpreterArgs = List.copyOf(interpreterArgs);
      args = List.copyOf(args);
    }

    boolean namesInterpreter() {
      return interpreter.isPresent() && !interpreter.get().equals(NO_INTERPRETER);
    }
  }

  /// Resolves the script and its interpreter. Accesses the file system.
  public Resolution resolve(ScriptAttributes scriptAttributes) {
    if (scriptAttributes.script().equals(StaticServer.WORD)) {
      return StaticServer.found(scriptAttributes);
    }
    List<Path> named =
        bases.stream()
            .flatMap(b -> callerContext.absolute(scriptAttributes.script(), b).stream())
            .toList();
    if (named.isEmpty()) {
      return new Refused(AppKey.SCRIPT, "is not a valid path");
    }
    Optional<Path> file =
        named.stream()
            .flatMap(candidate -> Stream.of(candidate, candidate.resolve("index.js")))
            .filter(Files::isRegularFile)
            .findFirst()
            .or(() -> path.find(scriptAttributes.script()));
    if (file.isPresent()) {
      return ofFile(scriptAttributes, file.get());
    }
    Optional<Path> there = named.stream().filter(Files::exists).findFirst();
    if (there.isPresent()) {
      return new Refused(
          AppKey.SCRIPT,
          Files.isDirectory(there.get())
              ? "script " + there.get() + " is a directory without an index.js: name a file in it"
              : "script " + there.get() + " is not a regular file");
    }
    if (scriptAttributes.script().chars().anyMatch(Character::isWhitespace)) {
      return new CommandLine(
              callerContext, path, Stream.concat(Stream.of(cwd), bases.stream()).toList())
          .resolve(scriptAttributes);
    }
    return new Refused(AppKey.SCRIPT, "script not found: " + named.getFirst());
  }

  private Resolution ofFile(ScriptAttributes scriptAttributes, Path script) {
    String name = nameOf(script, scriptAttributes.script());
    if (scriptAttributes.namesInterpreter()) {
      return explicit(scriptAttributes, script, name, scriptAttributes.interpreter().orElseThrow());
    }
    List<String> usual = BY_EXTENSION.getOrDefault(extension(script), List.of());
    if (scriptAttributes.interpreter().isEmpty() && !usual.isEmpty()) {
      return path.findFirst(usual)
          .map(interpreter -> readBy(interpreter, List.of(), scriptAttributes, script, name))
          .orElseGet(() -> notInPath(usual.getFirst()));
    }
    return byContent(scriptAttributes, script, name);
  }

  private Resolution explicit(
      ScriptAttributes scriptAttributes, Path script, String name, String interpreter) {
    if (!interpreter.contains("/")) {
      return path.find(interpreter)
          .map(found -> readBy(found, List.of(), scriptAttributes, script, name))
          .orElseGet(() -> notInPath(interpreter));
    }
    Optional<Path> file =
        bases.stream()
            .flatMap(base -> callerContext.absolute(interpreter, base).stream())
            .filter(Files::isRegularFile)
            .findFirst();
    if (file.isEmpty()) {
      return new Refused(
          AppKey.INTERPRETER,
          "interpreter \"" + interpreter + "\" was not found: correct the path");
    }
    return Files.isExecutable(file.get())
        ? readBy(file.get(), List.of(), scriptAttributes, script, name)
        : new Refused(
            AppKey.INTERPRETER,
            "interpreter " + file.get() + " is not executable: run chmod +x on it");
  }

  private Resolution byContent(ScriptAttributes scriptAttributes, Path script, String name) {
    return switch (ScriptContent.of(script)) {
      case ScriptContent.Shebang shebang -> byFirstLine(scriptAttributes, script, name, shebang);
      case ScriptContent.PlainText _ ->
          new Refused(
              AppKey.SCRIPT,
              "cannot determine the interpreter of %s, a text file without a #! line: set --interpreter"
                  .formatted(script));
      case ScriptContent.Unreadable _ when !Files.isExecutable(script) ->
          new Refused(
              AppKey.SCRIPT, "script " + script + " is not readable: check its permissions");
      case ScriptContent.Unreadable _, ScriptContent.Binary _ ->
          runItself(scriptAttributes, script, name, "");
    };
  }

  private Resolution byFirstLine(
      ScriptAttributes scriptAttributes, Path script, String name, ScriptContent.Shebang shebang) {
    Optional<Path> reader = find(shebang.program());
    if (reader.isEmpty()) {
      return new Refused(
          AppKey.SCRIPT,
          "interpreter \"%s\", named in the first line of %s, was not found"
              .formatted(shebang.program(), script));
    }
    return scriptAttributes.interpreter().isPresent()
            || runsItself(scriptAttributes, script, shebang)
        ? runItself(scriptAttributes, script, name, shebang.program())
        : readBy(reader.get(), shebang.arguments(), scriptAttributes, script, name);
  }

  /// Reports whether the kernel can execute the script directly. It cannot if the file is not
  /// executable, if the kernel would interpret the first line differently, or if arguments must be
  /// passed to the interpreter.
  private static boolean runsItself(
      ScriptAttributes scriptAttributes, Path script, ScriptContent.Shebang shebang) {
    return Files.isExecutable(script)
        && scriptAttributes.interpreterArgs().isEmpty()
        && shebang.validForKernel();
  }

  private Optional<Path> find(String program) {
    return program.contains("/")
        ? callerContext.absolute(program, cwd).filter(Files::isExecutable)
        : path.find(program);
  }

  private Resolution runItself(
      ScriptAttributes scriptAttributes, Path script, String name, String reader) {
    if (!Files.isExecutable(script)) {
      return new Refused(
          AppKey.SCRIPT,
          "script " + script + " is not executable: run chmod +x on it, or set --interpreter");
    }
    List<String> warnings =
        scriptAttributes.interpreterArgs().isEmpty()
            ? List.of()
            : List.of("interpreter_args are ignored, because " + script + " is run directly");
    return new Found(
        new AppCommand(script, Optional.empty(), List.of(), scriptAttributes.args()),
        name,
        isCalled("python", reader.isEmpty() ? script.toString() : reader),
        warnings);
  }

  private static Resolution readBy(
      Path interpreter,
      List<String> first,
      ScriptAttributes scriptAttributes,
      Path script,
      String name) {
    if (!Files.isReadable(script)) {
      return new Refused(
          AppKey.SCRIPT, "script " + script + " is not readable: check its permissions");
    }
    List<String> arguments = new ArrayList<>(first);
    arguments.addAll(scriptAttributes.interpreterArgs());
    boolean jar = extension(script).equals("jar") && isCalled("java", interpreter.toString());
    if (jar && !arguments.contains("-jar")) {
      arguments.add("-jar");
    }
    return new Found(
        new AppCommand(script, Optional.of(interpreter), arguments, scriptAttributes.args()),
        name,
        isCalled("python", interpreter.toString()),
        List.of());
  }

  private Resolution notInPath(String interpreter) {
    return new Refused(
        AppKey.INTERPRETER,
        "interpreter \"%s\" was not found in PATH%s"
            .formatted(
                interpreter,
                alternative(interpreter)
                    .map(other -> ", but " + other + " was: use " + other)
                    .orElse("")));
  }

  /// Returns another interpreter of the same language in PATH, such as python3 for python.
  private Optional<String> alternative(String interpreter) {
    return BY_EXTENSION.values().stream()
        .filter(names -> names.contains(interpreter))
        .flatMap(List::stream)
        .filter(name -> path.find(name).isPresent())
        .findFirst();
  }

  /// Reports whether the file name of a program begins with `word`: `python3.12` is python.
  static boolean isCalled(String word, String program) {
    return program.substring(program.lastIndexOf('/') + 1).startsWith(word);
  }

  /// Derives the app's name by PM2's rule: the file's name without its last extension. For the
  /// `index.js` of a directory, it is the name of the directory.
  private static String nameOf(Path script, String written) {
    String file = String.valueOf(script.getFileName());
    boolean byDirectory = file.equals("index.js") && !written.endsWith("index.js");
    Path directory = script.getParent();
    if (byDirectory && directory != null && directory.getFileName() != null) {
      return directory.getFileName().toString();
    }
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }

  private static String extension(Path script) {
    String file = String.valueOf(script.getFileName());
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(dot + 1) : "";
  }
}
