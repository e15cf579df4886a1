package io.jpm.god.instance;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What an app says over its channel: Node's `process.send`, with the words of PM2 and its library.
public sealed interface AppMessage {
  /// `process.send('ready')`.
  record Ready() implements AppMessage {}

  /// `axm:action`: it can be told to do `name`.
  record Offers(String name) implements AppMessage {}

  /// `axm:monitor`: its custom metrics as they are now.
  record Metrics(Map<String, String> values) implements AppMessage {}

  /// `axm:reply`: the answer to an action.
  record Reply(String action, String json) implements AppMessage {}

  /// Anything else, for whoever listens.
  record Custom(Object content) implements AppMessage {}

  /// Longest text of one metric or name that is kept of what an app says.
  int LONGEST = 200;

  /// Most metrics and actions of one app.
  int MOST = 100;

  /// Reads one message; empty when it is no JSON.
  static Optional<AppMessage> read(String json) {
    try {
      @Nullable Object content = Json.decodeValue(json);
      return content == null ? Optional.empty() : Optional.of(of(content));
    } catch (DecodeException noJson) {
      return Optional.empty();
    }
  }

  private static AppMessage of(Object content) {
    if (content.equals("ready")) {
      return new Ready();
    }
    if (content instanceof JsonObject object
        && object.getValue("type") instanceof String type
        && object.getValue("data") instanceof JsonObject data) {
      return switch (type) {
        case "axm:action" -> offer(object, data);
        case "axm:monitor" -> new Metrics(metrics(data));
        case "axm:reply" -> reply(object, data);
        default -> new Custom(content);
      };
    }
    return new Custom(content);
  }

  private static AppMessage offer(JsonObject whole, JsonObject data) {
    return data.getValue("action_name") instanceof String name
        ? new Offers(cut(name))
        : new Custom(whole);
  }

  private static AppMessage reply(JsonObject whole, JsonObject data) {
    return data.getValue("action_name") instanceof String name
        ? new Reply(cut(name), Json.encode(data.getValue("return")))
        : new Custom(whole);
  }

  private static Map<String, String> metrics(JsonObject data) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Map.Entry<String, Object> metric : data) {
      if (values.size() < MOST && metric.getValue() instanceof JsonObject object) {
        String unit = Objects.toString(object.getValue("unit"), "");
        String value = Objects.toString(object.getValue("value"), "");
        values.put(cut(metric.getKey()), cut((value + " " + unit).strip()));
      }
    }
    return values;
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), LONGEST));
  }
}
