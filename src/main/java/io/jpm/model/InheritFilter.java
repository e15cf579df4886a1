package io.jpm.model;

import java.util.List;
import java.util.Optional;

/// PM2's `filter_env`: selects the variables of the shell that an app does not inherit.
///
/// @param everything whether the filter drops all variables (`true`, which PM2 documents but does
///   not implement)
/// @param name the name of a variable that is not inherited
/// @param parts the texts that exclude a variable if its name contains one of them
public record InheritFilter(boolean everything, Optional<String> name, List<String> parts) {
  /// The filter that drops no variables.
  public static final InheritFilter NOTHING = new InheritFilter(false, Optional.empty(), List.of());

  public InheritFilter {
    parts = List.copyOf(parts);
  }

  /// Reports whether the variable is not inherited.
  public boolean drops(String variable) {
    return everything
        || name.filter(variable::equals).isPresent()
        || parts.stream().anyMatch(variable::contains);
  }
}
