package io.jpm.god.reload;

import io.jpm.model.AppSpec;
import java.util.Optional;
import java.util.regex.Pattern;

/// Recognises a new process that could not listen because the old one does.
final class AddressConflict {
  private static final Pattern WORDS =
      Pattern.compile("EADDRINUSE|address (is )?already in use", Pattern.CASE_INSENSITIVE);

  private AddressConflict() {}

  /// Whether a process of `spec` in fork mode has failed so.
  ///
  /// @param problem why it did not take the other one's place, with its last line of standard error
  static boolean isToldBy(Optional<String> problem, AppSpec spec) {
    return !spec.cluster().enabled() && problem.filter(it -> WORDS.matcher(it).find()).isPresent();
  }
}
