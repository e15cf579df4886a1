package io.jpm.god.journal;

import io.jpm.model.AppSpec;
import io.vertx.core.json.JsonObject;
import java.util.IdentityHashMap;

/// Caches the JSON of the specs in the last journal generation. Few specs change between two
/// generations, so only new ones are converted. Must be used by one thread at a time.
final class WrittenSpecs {
  private IdentityHashMap<AppSpec, JsonObject> last = new IdentityHashMap<>();
  private IdentityHashMap<AppSpec, JsonObject> current = new IdentityHashMap<>();

  /// Returns the JSON of `spec`, which must not be modified.
  JsonObject of(AppSpec spec) {
    return current.computeIfAbsent(
        spec, it -> last.containsKey(it) ? last.get(it) : SpecJson.write(it));
  }

  /// Ends a generation: forgets the specs that are not in it.
  void next() {
    last = current;
    current = new IdentityHashMap<>();
  }
}
