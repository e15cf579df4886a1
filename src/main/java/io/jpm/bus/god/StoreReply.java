package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import java.util.List;
import java.util.Map;

/// God's reply to a [StoreCommand].
public sealed interface StoreReply extends BusMessage {
  /// The content of the store, after the change if the command made one.
  ///
  /// @param json the text of a JSON object
  /// @param changed whether the command changed the store
  /// @param problems sentences about parts of the store that could not be read
  record Content(String json, boolean changed, List<String> problems) implements StoreReply {
    public Content {
      problems = List.copyOf(problems);
    }
  }

  /// The variables of one app.
  record Variables(Map<String, String> variables) implements StoreReply {
    public Variables {
      variables = Map.copyOf(variables);
    }
  }

  /// The command failed and has changed nothing.
  ///
  /// @param problem the reason, as a sentence
  record Failed(String problem) implements StoreReply {}
}
