package io.jpm.model;

import java.util.List;
import java.util.Map;

/// The variables of an app that are known by where they are found, and read at each start.
///
/// @param files in this order: a later one wins
/// @param secrets by the variable's name; they win over every other variable
public record ReferencedVariables(List<EnvFile> files, Map<String, Secret> secrets) {
  /// No such variable.
  public static final ReferencedVariables NONE = new ReferencedVariables(List.of(), Map.of());

  public ReferencedVariables {
    files = List.copyOf(files);
    secrets = Map.copyOf(secrets);
  }
}
