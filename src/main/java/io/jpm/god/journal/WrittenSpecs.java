package io.jpm.god.journal;

import io.jpm.model.AppSpec;
import io.vertx.core.json.JsonObject;
import java.util.IdentityHashMap;

/// Caches the JSON of the specs in the last generation of the journal. Few specs change between two
/// generations, so only new ones are converted. Must be used by one thread at a time.
final class WrittenSpecs {
  private IdentityHashMap<AppSpec, JsonObject> last = new IdentityHashMap<>();
  private IdentityHashMap<AppSpec, JsonObject> current = new IdentityHashMap<>();

  /// Returns the JSON of `spec`. The caller must not modify it.
  JsonObject of(AppSpec spec) {
    return current.computeIfAbsent(
        spec, it -> last.containsKey(it) ? last.get(it) : SpecJson.write(it));
  }

  /// Completes a generation of the journal. Specs that it does not contain are removed from the
  /// cache.
  void next() {
    last = current;
    current = new IdentityHashMap<>();
  }
}
