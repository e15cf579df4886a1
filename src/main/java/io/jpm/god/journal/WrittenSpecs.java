package io.jpm.god.journal;

import io.jpm.model.AppSpec;
import io.vertx.core.json.JsonObject;
import java.util.IdentityHashMap;

/// The JSON of apps as the last generation of the journal has it. An app seldom changes between two
/// generations, so each converts only what is new. Used by one thread at a time.
final class WrittenSpecs {
  private IdentityHashMap<AppSpec, JsonObject> last = new IdentityHashMap<>();
  private IdentityHashMap<AppSpec, JsonObject> current = new IdentityHashMap<>();

  /// The JSON of `spec`, which nobody changes.
  JsonObject of(AppSpec spec) {
    return current.computeIfAbsent(
        spec, it -> last.containsKey(it) ? last.get(it) : SpecJson.write(it));
  }

  /// A generation is complete: forgets the apps that are not in it.
  void next() {
    last = current;
    current = new IdentityHashMap<>();
  }
}
