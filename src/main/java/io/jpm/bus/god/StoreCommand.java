package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import java.util.List;

/// What God is asked about the store that `jpm set` writes: a tree of names, with a text at each
/// end. The first name of a path is usually an app's, and what is below it are variables of the
/// app. Answered with a [StoreReply].
public sealed interface StoreCommand extends BusMessage {
  /// One text and where it stands.
  ///
  /// @param path one or more names, from the root
  /// @param value the text
  record Setting(List<String> path, String value) {
    public Setting {
      path = List.copyOf(path);
    }

    /// Without the value, which may be a secret.
    @Override
    public String toString() {
      return "Setting" + path;
    }
  }

  /// All of it.
  record Read() implements StoreCommand {}

  /// Stores texts, all of them or none.
  record Put(List<Setting> settings) implements StoreCommand {
    public Put {
      settings = List.copyOf(settings);
    }
  }

  /// Takes away what is at a path and below it.
  ///
  /// @param path from the root; empty: everything
  record Remove(List<String> path) implements StoreCommand {
    public Remove {
      path = List.copyOf(path);
    }
  }

  /// The variables that an app gets from the store at its next start.
  record Variables(AppName app) implements StoreCommand {}
}
