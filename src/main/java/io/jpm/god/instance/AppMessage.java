package io.jpm.god.instance;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A message that an app sends over its IPC channel with Node's `process.send`, in the format
/// defined by PM2 and its client library.
public sealed interface AppMessage {
  /// `process.send('ready')`.
  record Ready() implements AppMessage {}

  /// `axm:action`: the app offers the action `name`.
  record ActionOffer(String name) implements AppMessage {}

  /// `axm:monitor`: the current values of the app's custom metrics.
  record Metrics(Map<String, String> values) implements AppMessage {}

  /// `axm:reply`: the reply to an action.
  record Reply(String action, String json) implements AppMessage {}

  /// `jpm:reads-messages`: whether the app has a listener for messages. Sent by
  /// `lib/node-worker.cjs`, not by the app itself.
  record ReadsMessages(boolean now) implements AppMessage {}

  /// Any other message. It is published for subscribers.
  record Custom(Object content) implements AppMessage {}

  /// Maximum length of the name or value of a metric, and of the name of an action, in characters.
  int LONGEST = 200;

  /// Maximum number of metrics of one process, and also of its actions.
  int MOST = 100;

  /// Parses one message. Returns empty if `json` is not valid JSON.
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
        case "jpm:reads-messages" -> new ReadsMessages(Boolean.TRUE.equals(data.getValue("now")));
        default -> new Custom(content);
      };
    }
    return new Custom(content);
  }

  private static AppMessage offer(JsonObject whole, JsonObject data) {
    return data.getValue("action_name") instanceof String name
        ? new ActionOffer(cut(name))
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
