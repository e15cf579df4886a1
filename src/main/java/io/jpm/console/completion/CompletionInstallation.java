package io.jpm.console.completion;

import io.jpm.console.cli.CommandFailure;
import io.jpm.model.text.ByteText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Completion in the files of a user's shell: the script in a file of its own, and where the shell
/// does not look for such files by itself, a marked block in the file that it reads at its start.
///
/// All methods read and write files: not for an event loop. Failures are a [CommandFailure].
///
/// @param shell whose script it is
/// @param script the file with the script
/// @param startup the file that gets the block; empty: the shell finds the script by itself
record CompletionInstallation(CompletionShell shell, Path script, Optional<Path> startup) {
  private static final String BEGIN = "# >>> jpm completion >>>";
  private static final String END = "# <<< jpm completion <<<";
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)(?:(?<=\\n)\\n)?^" + BEGIN + "$.*?^" + END + "$\\n?");

  /// @param home jpm's own home
  /// @param environment the caller's: `HOME`, `ZDOTDIR` and `XDG_CONFIG_HOME` say where files are
  /// @throws CommandFailure when the caller has no home
  static CompletionInstallation of(
      CompletionShell shell, Path home, Map<String, String> environment) {
    Path user =
        directory(environment, "HOME")
            .orElseThrow(() ->
                new CommandFailure(
                    "HOME is not set: jpm completion install cannot know whose shell it is for"));
    Path script = home.resolve("completion." + shell.word());
    return switch (shell) {
      case BASH -> new CompletionInstallation(shell, script, Optional.of(user.resolve(".bashrc")));
      case ZSH ->
          new CompletionInstallation(
              shell,
              script,
              Optional.of(directory(environment, "ZDOTDIR").orElse(user).resolve(".zshrc")));
      case FISH ->
          new CompletionInstallation(
              shell,
              directory(environment, "XDG_CONFIG_HOME")
                  .orElse(user.resolve(".config"))
                  .resolve("fish/completions/jpm.fish"),
              Optional.empty());
    };
  }

  private static Optional<Path> directory(Map<String, String> environment, String variable) {
    String value = environment.getOrDefault(variable, "");
    return value.startsWith("/") ? Optional.of(Path.of(value)) : Optional.empty();
  }

  /// Writes the script and the block, anew where they are there already.
  ///
  /// @return what was done, a sentence a line
  List<String> install() {
    List<String> done = new ArrayList<>();
    write(script, CompletionScript.of(shell).getBytes(StandardCharsets.UTF_8));
    done.add("Wrote " + script);
    startup.ifPresent(file -> {
      String before = read(file).orElse("");
      String after = withBlock(before);
      if (after.equals(before)) {
        done.add(file + " reads it already");
      } else {
        write(file, after.getBytes(StandardCharsets.ISO_8859_1));
        done.add(file + " reads it from now on");
      }
    });
    done.add("New shells complete jpm's command lines; jpm completion uninstall undoes this");
    return done;
  }

  /// Takes away what [#install] has written, and nothing else.
  ///
  /// @return what was done, a sentence a line
  List<String> remove() {
    List<String> done = new ArrayList<>();
    startup.ifPresent(file -> {
      String before = read(file).orElse("");
      String after = BLOCK.matcher(before).replaceAll("");
      if (!after.equals(before)) {
        write(file, after.getBytes(StandardCharsets.ISO_8859_1));
        done.add(file + " does not read it any longer");
      }
    });
    try {
      if (Files.deleteIfExists(script)) {
        done.add("Removed " + script);
      }
    } catch (IOException e) {
      throw failure("removed", script, e);
    }
    return done.isEmpty() ? List.of("Completion for " + shell.word() + " is not installed") : done;
  }

  private String withBlock(String text) {
    var path = new String(ByteText.toBytes(script.toString()), StandardCharsets.ISO_8859_1);
    String quoted = "'" + path.replace("'", "'\\''") + "'";
    String block = "%s\n[ ! -r %s ] || . %s\n%s\n".formatted(BEGIN, quoted, quoted, END);
    if (text.contains(block)) {
      return text;
    }
    String rest = BLOCK.matcher(text).replaceAll("");
    String gap = rest.isEmpty() ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
    return rest + gap + block;
  }

  /// Byte by byte, each a character: what else stands in the file may be of any encoding.
  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          : Optional.empty();
    } catch (IOException e) {
      throw failure("read", file, e);
    }
  }

  /// At once or not at all. A link stays one, since dotfiles are often kept elsewhere.
  private static void write(Path file, byte[] content) {
    try {
      Path real = Files.exists(file) ? file.toRealPath() : file;
      Files.createDirectories(real.getParent());
      Path next = real.resolveSibling(real.getFileName() + ".jpm-new");
      Files.write(next, content);
      if (Files.exists(real)) {
        Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(real));
      }
      Files.move(next, real, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure("written", file, e);
    }
  }

  private static CommandFailure failure(String what, Path file, IOException e) {
    return new CommandFailure("%s cannot be %s: %s".formatted(file, what, e.getMessage()));
  }
}
