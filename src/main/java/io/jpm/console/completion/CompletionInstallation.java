package io.jpm.console.completion;

import io.jpm.console.cli.CommandFailure;
import io.jpm.model.text.SurrogateEscape;
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

/// Installs and removes the completion script of a user's shell. The script is a separate file. If
/// the shell does not load the file automatically, a marked block in the shell's startup file loads
/// it.
///
/// All methods access files and must not run on an event loop. They fail with a [CommandFailure].
///
/// @param shell the shell whose completion is installed
/// @param script the file that contains the script
/// @param startup the startup file that contains the block; empty if the shell loads the script
///   automatically
record CompletionInstallation(CompletionShell shell, Path script, Optional<Path> startup) {
  private static final String BEGIN = "# >>> jpm completion >>>";
  private static final String END = "# <<< jpm completion <<<";
  private static final Pattern BLOCK =
      Pattern.compile("(?ms)(?:(?<=\\n)\\n)?^" + BEGIN + "$.*?^" + END + "$\\n?");

  /// Determines the files for `shell`.
  ///
  /// @param home the daemon's directory
  /// @param environment the caller's variables, of which `HOME`, `ZDOTDIR` and `XDG_CONFIG_HOME`
  ///   determine the files
  /// @throws CommandFailure if `HOME` is not set
  static CompletionInstallation of(
      CompletionShell shell, Path home, Map<String, String> environment) {
    Path user =
        directory(environment, "HOME")
            .orElseThrow(() ->
                new CommandFailure(
                    "HOME is not set: set it to the directory that contains the shell's startup files"));
    Path script = home.resolve("completion." + shell.keyword());
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

  /// Writes the script file, and the block into the startup file. Replaces earlier versions of
  /// both.
  ///
  /// @return one message per change
  List<String> install() {
    List<String> done = new ArrayList<>();
    write(script, CompletionScript.of(shell).getBytes(StandardCharsets.UTF_8));
    done.add("Wrote " + script);
    startup.ifPresent(file -> {
      String before = read(file).orElse("");
      String after = withBlock(before);
      if (after.equals(before)) {
        done.add(file + " already loads the completion script");
      } else {
        write(file, after.getBytes(StandardCharsets.ISO_8859_1));
        done.add(file + " now loads the completion script");
      }
    });
    done.add("Completion is available in new shells; to remove it, run jpm completion uninstall");
    return done;
  }

  /// Removes the script and the block that [#install] has written.
  ///
  /// @return one message per change
  List<String> remove() {
    List<String> done = new ArrayList<>();
    startup.ifPresent(file -> {
      String before = read(file).orElse("");
      String after = BLOCK.matcher(before).replaceAll("");
      if (!after.equals(before)) {
        write(file, after.getBytes(StandardCharsets.ISO_8859_1));
        done.add(file + " no longer loads the completion script");
      }
    });
    try {
      if (Files.deleteIfExists(script)) {
        done.add("Removed " + script);
      }
    } catch (IOException e) {
      throw failure("removed", script, e);
    }
    return done.isEmpty()
        ? List.of("Completion for " + shell.keyword() + " is not installed")
        : done;
  }

  private String withBlock(String text) {
    var path = new String(SurrogateEscape.toBytes(script.toString()), StandardCharsets.ISO_8859_1);
    String quoted = "'" + path.replace("'", "'\\''") + "'";
    String block = "%s\n[ ! -r %s ] || . %s\n%s\n".formatted(BEGIN, quoted, quoted, END);
    if (text.contains(block)) {
      return text;
    }
    String rest = BLOCK.matcher(text).replaceAll("");
    String gap = rest.isEmpty() ? "" : rest.endsWith("\n") ? "\n" : "\n\n";
    return rest + gap + block;
  }

  /// Reads each byte as one character, because the rest of the file may have any encoding.
  private static Optional<String> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1))
          : Optional.empty();
    } catch (IOException e) {
      throw failure("read", file, e);
    }
  }

  /// Replaces the file atomically. If the file is a symbolic link, its target is replaced and the
  /// link is kept, because dotfiles are often stored elsewhere.
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
