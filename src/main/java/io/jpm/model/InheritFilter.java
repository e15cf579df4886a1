package io.jpm.model;

import java.util.List;
import java.util.Optional;

/// PM2's `filter_env`: which variables of the starter's shell an app does not inherit.
///
/// @param everything none is inherited (`true`, which PM2 only documents)
/// @param name this one is not
/// @param parts those whose name contains one of these are not
public record InheritFilter(boolean everything, Optional<String> name, List<String> parts) {
  /// All are inherited.
  public static final InheritFilter NOTHING = new InheritFilter(false, Optional.empty(), List.of());

  public InheritFilter {
    parts = List.copyOf(parts);
  }

  /// Whether the variable is not inherited.
  public boolean drops(String variable) {
    return everything
        || name.filter(variable::equals).isPresent()
        || parts.stream().anyMatch(variable::contains);
  }
}
