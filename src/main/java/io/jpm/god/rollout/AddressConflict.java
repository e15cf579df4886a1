package io.jpm.god.rollout;

import io.jpm.model.AppSpec;
import java.util.Optional;
import java.util.regex.Pattern;

/// Detects that a candidate could not listen because the old process uses the same port.
final class AddressConflict {
  private static final Pattern WORDS =
      Pattern.compile("EADDRINUSE|address (is )?already in use", Pattern.CASE_INSENSITIVE);

  private AddressConflict() {}

  /// Reports whether `problem` indicates an address conflict. Returns false in cluster mode, in
  /// which the processes share the port.
  ///
  /// @param problem why the candidate was not promoted, including its last line on standard error;
  ///   empty if it was promoted
  static boolean isToldBy(Optional<String> problem, AppSpec spec) {
    return !spec.cluster().enabled() && problem.filter(it -> WORDS.matcher(it).find()).isPresent();
  }
}
