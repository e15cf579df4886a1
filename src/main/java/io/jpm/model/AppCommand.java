package io.jpm.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The program of an app: a script with its interpreter, or an executable file.
///
/// @param script the absolute path of the script or executable file that the app runs
/// @param interpreter the absolute path of the program that runs the script; empty if the script is
///   executed directly
/// @param interpreterArgs the arguments of the interpreter, which precede the script
/// @param args the arguments of the script
public record AppCommand(
    Path script, Optional<Path> interpreter, List<String> interpreterArgs, List<String> args) {
  public AppCommand {
    if (!script.isAbsolute()) {
      throw new IllegalArgumentException("script " + script + " is not an absolute path");
    }
    interpreterArgs = List.copyOf(interpreterArgs);
    args = List.copyOf(args);
  }

  /// Returns the file that the kernel executes: the interpreter, or the script if there is none.
  public Path program() {
    return interpreter.orElse(script);
  }

  /// Returns the argument vector, with the program first.
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
