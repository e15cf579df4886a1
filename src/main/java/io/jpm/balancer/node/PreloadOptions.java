package io.jpm.balancer.node;

import io.jpm.model.AppSpec;
import io.jpm.model.EffectiveProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Builds the Node arguments and environment variables that load a script before the app.
///
/// @param file the absolute path of the script
public record PreloadOptions(Path file) {
  private static final String VARIABLE = "NODE_OPTIONS";

  /// Returns the arguments to insert after the program; empty if the program is not Node itself.
  public List<String> arguments(AppSpec spec) {
    return isNodeItself(spec) ? List.of("--require", file.toString()) : List.of();
  }

  /// Returns the variables for a program that starts Node, such as a shell; empty for Node itself.
  Map<String, String> variables(AppSpec spec) {
    return isNodeItself(spec) ? Map.of() : inheritedVariables(spec);
  }

  /// Returns the variables that affect the program and all Node processes below it.
  public Map<String, String> inheritedVariables(AppSpec spec) {
    String own = spec.variables().effective().getOrDefault(VARIABLE, "").strip();
    String ours =
        "--require \"%s\"".formatted(file.toString().replace("\\", "\\\\").replace("\"", "\\\""));
    return Map.of(VARIABLE, own.isEmpty() ? ours : own + " " + ours);
  }

  private static boolean isNodeItself(AppSpec spec) {
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    return program.runsNode() && !program.indirect();
  }
}
