package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import java.util.List;
import java.util.Map;

/// God's answer to a [StoreCommand].
public sealed interface StoreReply extends BusMessage {
  /// The store as it is now, or has become.
  ///
  /// @param json the text of an object
  /// @param changed whether it is another one than before
  /// @param problems sentences about what of it could not be read
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

  /// Nothing has changed.
  ///
  /// @param problem why, in a sentence
  record Failed(String problem) implements StoreReply {}
}
