package io.jpm.console.file;

import io.jpm.bus.god.AppChange;
import io.jpm.config.deploy.Secrets;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Formats the changes that a process file requires, as lines or as JSON. Secrets are masked in
/// both formats.
final class ChangeText {
  private static final String OF_ENVIRONMENT = "env.";

  /// The maximum length of a value in a line. Longer values are omitted.
  private static final int MOST_SHOWN = 30;

  private ChangeText() {}

  /// Returns one line per changed app, followed by one line for all unchanged apps.
  static List<String> lines(List<AppChange> changes) {
    List<String> lines = new ArrayList<>();
    List<String> unchanged = new ArrayList<>();
    for (AppChange change : changes) {
      if (change.kind() == AppChange.Kind.UNCHANGED) {
        unchanged.add(change.app().value());
      } else {
        lines.add(line(change));
      }
    }
    if (!unchanged.isEmpty()) {
      lines.add("unchanged: " + String.join(", ", unchanged));
    }
    return lines;
  }

  private static String line(AppChange change) {
    String fields =
        change.fields().stream().map(ChangeText::field).collect(Collectors.joining(", "));
    return change.app()
        + ": "
        + word(change)
        + (fields.isEmpty() ? "" : " (" + fields + ")")
        + stopped(change)
        + (change.problem().isPresent() ? ", failed" : "");
  }

  private static String stopped(AppChange change) {
    if (!change.stopped()) {
      return "";
    }
    return switch (change.kind()) {
      case START -> ", but only added to the list (autostart is false)";
      case DELETE -> "";
      case UNCHANGED, LIVE, SCALE, ROLLING, RESTART -> ", stays stopped";
    };
  }

  private static String word(AppChange change) {
    return change.kind().name().toLowerCase(Locale.ROOT);
  }

  private static String field(AppChange.Field field) {
    String from = shown(field.key(), field.from());
    String to = shown(field.key(), field.to());
    boolean isPlain = isPlain(from) && isPlain(to) && !from.equals(to);
    return isPlain ? "%s: %s → %s".formatted(field.key(), orNone(from), orNone(to)) : field.key();
  }

  private static String orNone(String text) {
    return text.isEmpty() ? "none" : text;
  }

  private static boolean isPlain(String text) {
    return text.length() <= MOST_SHOWN && text.indexOf('[') < 0 && text.indexOf('\n') < 0;
  }

  private static String shown(String key, String value) {
    return Secrets.mask(
        key.startsWith(OF_ENVIRONMENT) ? key.substring(OF_ENVIRONMENT.length()) : "", value);
  }

  /// Returns the change of one app as an object: `app`, `action`, `stopped`, `fields` with `key`,
  /// `from` and `to`, and `problem` if there is one.
  static JsonObject json(AppChange change) {
    JsonArray fields = new JsonArray();
    change
        .fields()
        .forEach(field ->
            fields.add(
                new JsonObject()
                    .put("key", field.key())
                    .put("from", shown(field.key(), field.from()))
                    .put("to", shown(field.key(), field.to()))));
    JsonObject json =
        new JsonObject()
            .put("app", change.app().value())
            .put("action", word(change))
            .put("stopped", change.stopped())
            .put("fields", fields);
    change.problem().ifPresent(problem -> json.put("problem", problem));
    return json;
  }
}
