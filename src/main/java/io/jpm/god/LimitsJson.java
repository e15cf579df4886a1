package io.jpm.god;

import io.jpm.model.ResourceLimits;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// What the system lets an app use, in the journal and in `dump.json`. What has no limit is left
/// out.
final class LimitsJson {
  private static final String LIMITS = "limits";

  private LimitsJson() {}

  /// Adds `limits` to the app's object.
  static void put(JsonObject json, ResourceLimits limits) {
    if (limits.equals(ResourceLimits.NONE)) {
      return;
    }
    var own = new JsonObject();
    limits.memoryMax().ifPresent(bytes -> own.put("memory", bytes));
    limits.memoryHigh().ifPresent(bytes -> own.put("memory_high", bytes));
    limits.cpuMax().ifPresent(cores -> own.put("cpu", cores));
    if (!limits.resources().isEmpty()) {
      own.put("resources", new JsonObject(new HashMap<>(limits.resources())));
    }
    json.put(LIMITS, own);
  }

  /// Reads what [#put] has added; what an older jpm did not write has no limit.
  static ResourceLimits read(JsonObject json) {
    JsonObject own = json.getJsonObject(LIMITS, new JsonObject());
    Double cores = own.getDouble("cpu");
    Map<String, Long> resources = new HashMap<>();
    own.getJsonObject("resources", new JsonObject())
        .forEach(entry -> resources.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
    return new ResourceLimits(
        number(own, "memory"),
        number(own, "memory_high"),
        cores == null ? OptionalDouble.empty() : OptionalDouble.of(cores),
        resources);
  }

  private static OptionalLong number(JsonObject json, String key) {
    Long number = json.getLong(key);
    return number == null ? OptionalLong.empty() : OptionalLong.of(number);
  }
}
