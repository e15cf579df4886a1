package io.jpm.config.command;

import io.jpm.model.Command;
import io.jpm.spec.AppKey;
import java.util.List;

/// What came of looking for the script and the program that reads it.
public sealed interface Resolution {
  /// Everything is there.
  ///
  /// @param command what to run
  /// @param name what the app is called unless it is told, not yet judged
  /// @param python whether Python reads it, which keeps its output back unless it is told
  /// @param warnings what was asked for and is not used
  record Found(Command command, String name, boolean python, List<String> warnings)
      implements Resolution {
    public Found {
      warnings = List.copyOf(warnings);
    }
  }

  /// Something is missing.
  ///
  /// @param key the attribute to blame
  /// @param what one sentence
  record Refused(AppKey key, String what) implements Resolution {}
}
