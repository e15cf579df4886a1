package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Builds the JVM arguments and environment variables that load the agent.
///
/// @param jar the absolute path of the agent's jar
public record AgentOptions(Path jar) {
  private static final String VARIABLE = "JDK_JAVA_OPTIONS";

  /// Reports whether a JVM can load the agent from this path. It cannot if the path contains a `=`,
  /// because the JVM takes the text after it as the argument of the agent.
  public boolean isLoadable() {
    return jar.toString().indexOf('=') < 0;
  }

  /// Returns the arguments to insert after the program; empty if the program is not `java`.
  public List<String> arguments(AppSpec spec) {
    return isJava(spec) ? List.of(option()) : List.of();
  }

  /// Returns the variables for a program that is a start script. The `java` that the script runs
  /// reads these variables.
  public Map<String, String> variables(AppSpec spec) {
    if (isJava(spec)) {
      return Map.of();
    }
    String own = spec.variables().effective().getOrDefault(VARIABLE, "").strip();
    String ours =
        option().chars().anyMatch(Character::isWhitespace) ? '"' + option() + '"' : option();
    return Map.of(VARIABLE, own.isEmpty() ? ours : own + " " + ours);
  }

  private String option() {
    return "-javaagent:" + jar;
  }

  private static boolean isJava(AppSpec spec) {
    return spec.command().program().endsWith("java");
  }
}
