package io.jpm.command;

import io.jpm.config.values.NearestName;
import io.jpm.model.process.Signal;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandVerb;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Reads the keys of one request as typed values and collects problems. A key whose value is null
/// is treated as absent, except for a key that accepts any value.
final class RequestKeys {
  private static final int MOST_WORDS = 1000;
  private static final int MOST_SHOWN = 60;

  /// The maximum number of invalid keys that are reported.
  private static final int MOST_PROBLEMS = 20;

  private final CommandVerb verb;
  private final JsonObject json;
  private final List<String> problems = new ArrayList<>();

  RequestKeys(CommandVerb verb, JsonObject json) {
    this.verb = verb;
    this.json = json;
    for (String name : json.fieldNames()) {
      if (problems.size() == MOST_PROBLEMS) {
        problems.add("further keys were not checked");
        break;
      }
      check(name);
    }
  }

  List<String> problems() {
    return List.copyOf(problems);
  }

  boolean hasProblems() {
    return !problems.isEmpty();
  }

  void problem(CommandKey key, String what) {
    problems.add(key.keyword() + ": " + what);
  }

  boolean has(CommandKey key) {
    return value(key) != null;
  }

  @Nullable Object value(CommandKey key) {
    return verb.keys().contains(key) ? json.getValue(key.keyword()) : null;
  }

  /// Records a problem if the key is missing.
  void require(CommandKey key) {
    if (!json.containsKey(key.keyword())) {
      problem(key, "is missing: expected " + wanted(key));
    }
  }

  Optional<String> text(CommandKey key) {
    return value(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// Returns the text of a required key. If the key is missing, records a problem and returns an
  /// empty string.
  String requiredText(CommandKey key) {
    Object value = value(key);
    if (value == null) {
      problem(key, "is missing: expected " + wanted(key));
      return "";
    }
    return value.toString();
  }

  OptionalLong number(CommandKey key) {
    return value(key) instanceof Number number
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  /// Returns the targets. Records a problem if the request has none.
  List<String> targets() {
    if (!has(CommandKey.TARGETS)) {
      problem(CommandKey.TARGETS, "is missing: expected " + wanted(CommandKey.TARGETS));
    }
    return optionalTargets();
  }

  /// Returns the targets; empty if the request has none.
  List<String> optionalTargets() {
    List<String> words = new ArrayList<>();
    if (value(CommandKey.TARGETS) instanceof JsonArray array) {
      array.forEach(word -> words.add((String) word));
    }
    return words;
  }

  Optional<Map<String, String>> variables(CommandKey key) {
    if (!(value(key) instanceof JsonObject object)) {
      return Optional.empty();
    }
    Map<String, String> variables = new HashMap<>();
    object.forEach(variable -> variables.put(variable.getKey(), (String) variable.getValue()));
    return Optional.of(variables);
  }

  private void check(String name) {
    if (name.equals("v") || name.equals("verb")) {
      return;
    }
    Optional<CommandKey> key =
        verb.keys().stream().filter(known -> known.keyword().equals(name)).findFirst();
    if (key.isEmpty()) {
      problems.add(unknown(name));
      return;
    }
    Object value = json.getValue(name);
    if (value != null && !isRight(key.get(), value)) {
      problem(key.get(), "use " + wanted(key.get()));
    }
  }

  private String unknown(String name) {
    List<String> known = verb.keys().stream().map(CommandKey::keyword).toList();
    String mended =
        NearestName.to(name, known)
            .map("did you mean %s?"::formatted)
            .orElseGet(
                () -> known.isEmpty() ? "remove it" : "use one of " + String.join(", ", known));
    return "%s: not a key of %s: %s".formatted(shown(name), verb.keyword(), mended);
  }

  private static boolean isRight(CommandKey key, Object value) {
    return switch (key.kind()) {
      case ANY -> true;
      case WORD -> value instanceof String text && !text.isBlank();
      case TEXT -> value instanceof String text && text.indexOf('\n') < 0;
      case PATH -> value instanceof String text && text.startsWith("/") && text.indexOf('\0') < 0;
      case FLAG -> value instanceof Boolean;
      case NUMBER ->
          (value instanceof Integer || value instanceof Long)
              && ((Number) value).longValue() >= key.min()
              && ((Number) value).longValue() <= key.max();
      case SIGNAL ->
          (value instanceof String || value instanceof Integer)
              && Signal.parse(value.toString()).isPresent();
      case WORDS ->
          value instanceof JsonArray array
              && !array.isEmpty()
              && array.size() <= MOST_WORDS
              && array.stream().allMatch(it -> it instanceof String text && !text.isBlank());
      case OBJECT -> value instanceof JsonObject;
      case OBJECTS ->
          value instanceof JsonArray array
              && !array.isEmpty()
              && array.stream().allMatch(JsonObject.class::isInstance);
      case VARIABLES ->
          value instanceof JsonObject object
              && object.stream().allMatch(one -> one.getValue() instanceof String);
    };
  }

  /// Describes the valid values of a key, for messages.
  private static String wanted(CommandKey key) {
    return switch (key.kind()) {
      case ANY -> "any value";
      case WORD -> "a non-empty string";
      case TEXT -> "a single-line string";
      case PATH -> "an absolute path";
      case FLAG -> "true or false";
      case NUMBER ->
          key.max() == Long.MAX_VALUE
              ? "a whole number, %d or more".formatted(key.min())
              : "a whole number, %d to %d".formatted(key.min(), key.max());
      case SIGNAL -> "a signal, such as \"SIGHUP\" or 1";
      case WORDS -> "an array of 1 to %d non-empty strings".formatted(MOST_WORDS);
      case OBJECT -> "an object, like an app in a process file";
      case OBJECTS -> "an array of objects, like the apps in a process file";
      case VARIABLES -> "an object whose values are strings";
    };
  }

  /// Shortens the text for a message.
  static String shown(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }
}
