package io.jpm.god;

import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.Occasion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Who is told of what happens to an app, as the journal and `dump.json` hold it: the form of
/// process files, with a list for each occasion. There is no such object where nobody is told.
final class HooksJson {
  private static final String KEY = "on";
  private static final String EXEC = "exec";
  private static final String WEBHOOK = "webhook";

  private HooksJson() {}

  static void put(JsonObject app, Hooks hooks) {
    if (hooks.equals(Hooks.NONE)) {
      return;
    }
    var json = new JsonObject();
    hooks
        .actions()
        .forEach((occasion, actions) ->
            json.put(
                occasion.word(), new JsonArray(actions.stream().map(HooksJson::write).toList())));
    app.put(KEY, json);
  }

  private static JsonObject write(Action action) {
    return switch (action) {
      case Hooks.Exec(List<String> command) -> new JsonObject().put(EXEC, new JsonArray(command));
      case Hooks.Webhook(URI url) -> new JsonObject().put(WEBHOOK, url.toString());
    };
  }

  /// @throws RuntimeException of whatever kind when the object holds no hooks; an occasion that a
  ///   newer jpm has written is left out
  static Hooks read(JsonObject app) {
    JsonObject json = app.getJsonObject(KEY);
    if (json == null) {
      return Hooks.NONE;
    }
    Map<Occasion, List<Action>> actions = new EnumMap<>(Occasion.class);
    for (String word : json.fieldNames()) {
      List<Action> read =
          json.getJsonArray(word).stream()
              .map(JsonObject.class::cast)
              .map(HooksJson::readAction)
              .toList();
      Occasion.ofWord(word).ifPresent(occasion -> actions.put(occasion, read));
    }
    return new Hooks(actions);
  }

  private static Action readAction(JsonObject json) {
    return json.containsKey(EXEC)
        ? new Hooks.Exec(json.getJsonArray(EXEC).stream().map(String.class::cast).toList())
        : new Hooks.Webhook(URI.create(json.getString(WEBHOOK)));
  }
}
