package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How a JVM is told to load the agent.
///
/// @param jar the agent, absolute
public record AgentOptions(Path jar) {
  private static final String VARIABLE = "JDK_JAVA_OPTIONS";

  /// Whether a JVM can load it from there: what follows `=` would be the agent's argument.
  public boolean loadable() {
    return jar.toString().indexOf('=') < 0;
  }

  /// The words behind the program's own.
  public List<String> words(AppSpec spec) {
    return isJava(spec) ? List.of(option()) : List.of();
  }

  /// The variables, for a program that is a start script: the `java` that it runs reads them.
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
