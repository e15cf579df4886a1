package io.jpm.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is run: a script with the program that reads it, or a program itself.
///
/// @param script the file named by the user, absolute
/// @param interpreter the program that reads the script, absolute; empty: the script is run itself
/// @param interpreterArgs arguments between the interpreter and the script
/// @param args arguments of the script
public record Command(
    Path script, Optional<Path> interpreter, List<String> interpreterArgs, List<String> args) {
  public Command {
    if (!script.isAbsolute()) {
      throw new IllegalArgumentException("script " + script + " is not absolute");
    }
    interpreterArgs = List.copyOf(interpreterArgs);
    args = List.copyOf(args);
  }

  /// The file given to the kernel.
  public Path program() {
    return interpreter.orElse(script);
  }

  /// The argument vector, program name first.
  public List<String> argv() {
    List<String> argv = new ArrayList<>();
    argv.add(program().toString());
    if (interpreter.isPresent()) {
      argv.addAll(interpreterArgs);
      argv.add(script.toString());
    }
    argv.addAll(args);
    return List.copyOf(argv);
  }
}
