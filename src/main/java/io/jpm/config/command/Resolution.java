package io.jpm.config.command;

import io.jpm.model.AppCommand;
import io.jpm.spec.AppKey;
import java.util.List;

/// The result of resolving a script and the program that interprets it.
public sealed interface Resolution {
  /// The command was resolved.
  ///
  /// @param command the command to run
  /// @param name the default name of the app, not validated yet
  /// @param python whether Python interprets it; Python buffers its output unless configured
  ///   otherwise
  /// @param warnings sentences about attributes that have no effect
  record Found(AppCommand command, String name, boolean python, List<String> warnings)
      implements Resolution {
    public Found {
      warnings = List.copyOf(warnings);
    }
  }

  /// A file or program was not found or cannot be used.
  ///
  /// @param key the attribute that caused the problem
  /// @param message one sentence
  record Refused(AppKey key, String message) implements Resolution {}
}
