package io.jpm.model;

import java.util.List;
import java.util.Map;

/// The env files and secrets of an app, which are read whenever a process starts.
///
/// @param files the env files; later files take precedence
/// @param secrets the secrets by variable name; they take precedence over all other variables
public record ReferencedVariables(List<EnvFile> files, Map<String, SecretSource> secrets) {
  /// Neither env files nor secrets.
  public static final ReferencedVariables NONE = new ReferencedVariables(List.of(), Map.of());

  public ReferencedVariables {
    files = List.copyOf(files);
    secrets = Map.copyOf(secrets);
  }
}
