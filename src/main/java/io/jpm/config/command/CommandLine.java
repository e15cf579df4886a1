package io.jpm.config.command;

import io.jpm.config.command.CommandResolver.ScriptAttributes;
import io.jpm.config.command.Resolution.Found;
import io.jpm.config.command.Resolution.Refused;
import io.jpm.config.values.ShellWords;
import io.jpm.model.AppCommand;
import io.jpm.spec.AppKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Resolves a `script` that is a whole command line: `node app.js --port 80`, `cd x && make`.
///
/// PM2 passes every command line to `bash -c`. jpm runs the program without a shell if possible.
/// The process is then the program itself, which receives the signals.
///
/// @param bases the directories against which a relative program path is resolved, in order of
///   preference
record CommandLine(CallerContext callerContext, SearchPath path, List<Path> bases) {
  private static final List<String> SHELLS = List.of("bash", "sh");
  private static final int LONGEST_NAME = 60;

  CommandLine {
    bases = List.copyOf(bases);
  }

  Resolution resolve(ScriptAttributes scriptAttributes) {
    ShellWords words = ShellWords.of(scriptAttributes.script());
    if (words.words().isEmpty()) {
      return new Refused(AppKey.SCRIPT, "is empty");
    }
    if (!words.closed()) {
      return new Refused(AppKey.SCRIPT, "the command contains a quote that is not closed");
    }
    return words.plain() ? direct(scriptAttributes, words.words()) : throughShell(scriptAttributes);
  }

  private Resolution direct(ScriptAttributes scriptAttributes, List<String> words) {
    String word = words.getFirst();
    Optional<Path> program = word.contains("/") ? fileNamed(word) : path.find(word);
    if (program.isEmpty()) {
      return notFound(word);
    }
    if (!Files.isExecutable(program.get())) {
      return new Refused(
          AppKey.SCRIPT, "program " + program.get() + " is not executable: run chmod +x on it");
    }
    if (ScriptContent.of(program.get()) instanceof ScriptContent.PlainText) {
      return throughShell(scriptAttributes); // only a shell runs text without #!
    }
    List<String> args =
        Stream.concat(words.stream().skip(1), scriptAttributes.args().stream()).toList();
    return found(scriptAttributes, program.get(), args, CommandResolver.isCalled("python", word));
  }

  private Resolution notFound(String word) {
    String what = "program \"" + word + "\" was not found" + (word.contains("/") ? "" : " in PATH");
    boolean isScript = !word.contains("/") && fileNamed(word).isPresent();
    return new Refused(
        AppKey.SCRIPT,
        isScript ? what + ": to run the file with that name, pass its arguments after --" : what);
  }

  private Resolution throughShell(ScriptAttributes scriptAttributes) {
    Optional<Path> shell = path.findFirst(SHELLS);
    if (shell.isEmpty()) {
      return new Refused(
          AppKey.SCRIPT, "cannot run a command line: neither bash nor sh was found in PATH");
    }
    List<String> args = new ArrayList<>(List.of("-c", scriptAttributes.script()));
    if (!scriptAttributes.args().isEmpty()) {
      args.add(String.valueOf(shell.get().getFileName()));
      args.addAll(scriptAttributes.args());
    }
    return found(scriptAttributes, shell.get(), args, scriptAttributes.script().contains("python"));
  }

  private static Resolution found(
      ScriptAttributes scriptAttributes, Path program, List<String> args, boolean python) {
    boolean unused =
        scriptAttributes.namesInterpreter() || !scriptAttributes.interpreterArgs().isEmpty();
    return new Found(
        new AppCommand(program, Optional.empty(), List.of(), args),
        name(scriptAttributes.script()),
        python,
        unused
            ? List.of("interpreter is ignored, because the script is a command line")
            : List.of());
  }

  private Optional<Path> fileNamed(String word) {
    return bases.stream()
        .flatMap(base -> callerContext.absolute(word, base).stream())
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /// Derives the app's name by PM2's rule: the part after the last `/`, up to its last dot. For
  /// `node app.js --x`, the name is `node app`. Characters that are not allowed in a name are
  /// removed.
  private static String name(String command) {
    int end = command.length();
    while (end > 0 && (command.charAt(end - 1) == '/' || command.charAt(end - 1) == ' ')) {
      end--;
    }
    String base = command.substring(command.lastIndexOf('/', end - 1) + 1, end);
    int dot = base.lastIndexOf('.');
    String name =
        (dot > 0 ? base.substring(0, dot) : base)
            .replaceAll("[^\\p{L}\\p{N}._:@+ -]+", " ")
            .replaceAll(" +", " ")
            .replaceAll("^[^\\p{L}\\p{N}_]+", "");
    String shortened = name.substring(0, Math.min(name.length(), LONGEST_NAME)).strip();
    return shortened.isEmpty() ? "command" : shortened;
  }
}
