package io.jpm.model;

import java.util.List;
import java.util.Map;

/// The sources of those variables of an app that are read at each start.
///
/// @param files the env files; later files take precedence
/// @param secrets the secrets by variable name; they take precedence over all other variables
public record ReferencedVariables(List<EnvFile> files, Map<String, SecretSource> secrets) {
  /// No sources.
  public static final ReferencedVariables NONE = new ReferencedVariables(List.of(), Map.of());

  public ReferencedVariables {
    files = List.copyOf(files);
    secrets = Map.copyOf(secrets);
  }
}
