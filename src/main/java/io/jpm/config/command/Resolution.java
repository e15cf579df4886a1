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
  /// @param python whether the program is Python, which buffers its output by default
  /// @param warnings messages about attributes that have no effect
  record Found(AppCommand command, String name, boolean python, List<String> warnings)
      implements Resolution {
    public Found {
      warnings = List.copyOf(warnings);
    }
  }

  /// A file or program was not found or cannot be used.
  ///
  /// @param key the attribute that caused the problem
  /// @param message a message for the user
  record Refused(AppKey key, String message) implements Resolution {}
}
