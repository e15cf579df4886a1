package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import java.util.List;

/// A command to the key-value store that `jpm set` writes; the reply is a [StoreReply]. The store
/// is a tree of names whose leaves are texts. The first name of a path is usually the name of an
/// app, and the values below that name become variables of the app.
public sealed interface StoreCommand extends BusMessage {
  /// A text and its path.
  ///
  /// @param path one or more names, starting at the root
  /// @param value the text
  record Setting(List<String> path, String value) {
    public Setting {
      path = List.copyOf(path);
    }

    /// Omits the value, which may be a secret.
    @Override
    public String toString() {
      return "Setting" + path;
    }
  }

  /// Requests the content of the whole store.
  record Read() implements StoreCommand {}

  /// Stores all of the values or, on failure, none of them.
  record Put(List<Setting> settings) implements StoreCommand {
    public Put {
      settings = List.copyOf(settings);
    }
  }

  /// Removes the value at a path and everything below it.
  ///
  /// @param path the path from the root; empty to remove everything
  record Remove(List<String> path) implements StoreCommand {
    public Remove {
      path = List.copyOf(path);
    }
  }

  /// Requests the variables that an app will receive from the store at its next start.
  record Variables(AppName app) implements StoreCommand {}
}
