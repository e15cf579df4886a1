package io.jpm.balancer.node;

import io.jpm.model.AppSpec;
import io.jpm.model.EffectiveProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How a process of Node is told to load a file before the app.
///
/// @param file what is loaded, absolute
public record PreloadOptions(Path file) {
  private static final String VARIABLE = "NODE_OPTIONS";

  /// The words behind the program's own.
  public List<String> words(AppSpec spec) {
    return isNodeItself(spec) ? List.of("--require", file.toString()) : List.of();
  }

  /// The variables, for a program that starts Node, such as a shell.
  Map<String, String> variables(AppSpec spec) {
    return isNodeItself(spec) ? Map.of() : inherited(spec);
  }

  /// The variables for all processes of Node below the program, and for itself.
  public Map<String, String> inherited(AppSpec spec) {
    String own = spec.variables().effective().getOrDefault(VARIABLE, "").strip();
    String ours =
        "--require \"%s\"".formatted(file.toString().replace("\\", "\\\\").replace("\"", "\\\""));
    return Map.of(VARIABLE, own.isEmpty() ? ours : own + " " + ours);
  }

  private static boolean isNodeItself(AppSpec spec) {
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    return program.isAnyNode() && !program.behind();
  }
}
