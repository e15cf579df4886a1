package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The reply to a [CommandRequest].
public sealed interface CommandReply {
  /// Returns the JSON form.
  JsonObject toJson();

  /// The reply to a ping.
  ///
  /// @param version the version of jpm
  /// @param pid the daemon's pid
  /// @param home the daemon's home directory
  /// @param since when the daemon was started, in milliseconds since 1970
  record Pong(String version, long pid, String home, long since) implements CommandReply {
    @Override
    public JsonObject toJson() {
      return ok().put("version", version).put("pid", pid).put("home", home).put("since", since);
    }
  }

  /// The requested or affected instances, in their state after the request. Deleted instances are
  /// in their state before the request.
  ///
  /// @param notes informational messages, which do not report failures
  record Instances(List<InstanceMessage> instances, List<String> notes) implements CommandReply {
    public Instances {
      instances = List.copyOf(instances);
      notes = List.copyOf(notes);
    }

    @Override
    public JsonObject toJson() {
      return withNotes(ok().put("instances", array(instances)), notes);
    }
  }

  /// Past events, oldest first.
  ///
  /// @param forgotten how many events after the requested sequence number are no longer stored
  record Events(List<EventMessage> events, long forgotten) implements CommandReply {
    public Events {
      events = List.copyOf(events);
    }

    @Override
    public JsonObject toJson() {
      return ok().put("events", new JsonArray(events.stream().map(EventMessage::toJson).toList()))
          .put("forgotten", forgotten);
    }
  }

  /// Log lines in the order in which they were captured.
  ///
  /// @param leftOut how many of the oldest requested lines were omitted because they do not fit
  ///   into a reply
  record Lines(List<Line> lines, long leftOut) implements CommandReply {
    public Lines {
      lines = List.copyOf(lines);
    }

    @Override
    public JsonObject toJson() {
      return ok().put("lines", new JsonArray(lines.stream().map(Line::toJson).toList()))
          .put("left_out", leftOut);
    }
  }

  /// A log line.
  ///
  /// @param app the name of the app
  /// @param id the id of the instance; empty if several instances write to the same file
  /// @param stream `out` or `err`
  /// @param at when the line was captured, in milliseconds since 1970
  /// @param text the text without the line terminator
  record Line(String app, OptionalInt id, String stream, long at, String text) {
    JsonObject toJson() {
      return new JsonObject()
          .put("app", app)
          .put("id", id.isPresent() ? id.getAsInt() : null)
          .put("stream", stream)
          .put("at", at)
          .put("text", text);
    }

    static Line fromJson(JsonObject json) {
      Integer id = json.getInteger("id");
      return new Line(
          json.getString("app"),
          id == null ? OptionalInt.empty() : OptionalInt.of(id),
          json.getString("stream"),
          json.getLong("at"),
          json.getString("text"));
    }
  }

  /// The results of a custom action, one entry per instance.
  record ActionResults(List<ActionResult> results) implements CommandReply {
    public ActionResults {
      results = List.copyOf(results);
    }

    @Override
    public JsonObject toJson() {
      return ok().put(
              "answers", new JsonArray(results.stream().map(ActionResult::toJson).toList()));
    }
  }

  /// The result of a custom action in one instance.
  ///
  /// @param value a JSON value as represented by Vert.x
  record ActionResult(String app, int id, @Nullable Object value) {
    JsonObject toJson() {
      return new JsonObject().put("app", app).put("id", id).put("value", value);
    }

    static ActionResult fromJson(JsonObject json) {
      return new ActionResult(json.getString("app"), json.getInteger("id"), json.getValue("value"));
    }
  }

  /// The changes that [CommandRequest.Apply] made or, with `dryRun`, would make, one entry per app.
  ///
  /// @param notes informational messages, which do not report failures
  record Changes(List<Change> changes, List<String> notes) implements CommandReply {
    public Changes {
      changes = List.copyOf(changes);
      notes = List.copyOf(notes);
    }

    @Override
    public JsonObject toJson() {
      return withNotes(
          ok().put("changes", new JsonArray(changes.stream().map(Change::toJson).toList())), notes);
    }
  }

  /// The changes to one app.
  ///
  /// @param action `start`, `unchanged`, `live`, `scale`, `rolling`, `restart` or `delete`
  /// @param stopped whether the app is stopped and remains stopped
  /// @param fields the settings that differ
  /// @param problem why the changes failed; empty if they succeeded or were only planned
  record Change(
      String app, String action, boolean stopped, List<Field> fields, Optional<String> problem) {
    public Change {
      fields = List.copyOf(fields);
    }

    JsonObject toJson() {
      return new JsonObject()
          .put("app", app)
          .put("action", action)
          .put("stopped", stopped)
          .put("fields", new JsonArray(fields.stream().map(Field::toJson).toList()))
          .put("problem", problem.orElse(null));
    }

    static Change fromJson(JsonObject json) {
      return new Change(
          json.getString("app"),
          json.getString("action"),
          json.getBoolean("stopped"),
          all(json, "fields", Field::fromJson),
          Optional.ofNullable(json.getString("problem")));
    }
  }

  /// A setting that differs. Secrets are masked.
  ///
  /// @param key the key of the setting in a process file
  /// @param from the old value; empty if the setting was not set
  /// @param to the new value
  record Field(String key, String from, String to) {
    JsonObject toJson() {
      return new JsonObject().put("key", key).put("from", from).put("to", to);
    }

    static Field fromJson(JsonObject json) {
      return new Field(json.getString("key"), json.getString("from"), json.getString("to"));
    }
  }

  /// The request failed completely or partially.
  ///
  /// @param problems one or more sentences that describe the failure
  /// @param instances the instances for which the request succeeded
  record Failed(Code code, List<String> problems, List<InstanceMessage> instances)
      implements CommandReply {
    public Failed {
      problems = List.copyOf(problems);
      instances = List.copyOf(instances);
    }

    /// Creates the reply to a request that failed completely.
    public Failed(Code code, String problem) {
      this(code, List.of(problem), List.of());
    }

    @Override
    public JsonObject toJson() {
      var json =
          new JsonObject()
              .put("v", CommandRequest.VERSION)
              .put("ok", false)
              .put("code", code.keyword())
              .put("problems", new JsonArray(problems));
      return instances.isEmpty() ? json : json.put("instances", array(instances));
    }
  }

  /// The kind of failure.
  enum Code {
    /// The daemon does not support the version of the request.
    VERSION,
    /// The request is invalid.
    INVALID,
    /// The caller is not permitted to send the request.
    DENIED,
    /// No app that the caller may access matches one of the targets.
    NOT_FOUND,
    /// The request was attempted and failed.
    FAILED,
    /// The request was not completed in time. It may still be in progress.
    TIMEOUT,
    /// The caller has exceeded its request rate. It can retry one second later.
    BUSY;

    /// Returns the name used in JSON.
    public String keyword() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Code of(@Nullable String word) {
      return Arrays.stream(values())
          .filter(code -> code.keyword().equals(word))
          .findFirst()
          .orElseThrow(
              () -> new IllegalArgumentException("not a valid reply: unknown code " + word));
    }
  }

  /// Parses the JSON form; unknown keys are ignored.
  ///
  /// @throws IllegalArgumentException if `json` is not a valid reply
  static CommandReply fromJson(JsonObject json) {
    try {
      return json.getBoolean("ok") ? success(json) : failure(json);
    } catch (ClassCastException | NullPointerException wrong) {
      throw new IllegalArgumentException("not a valid reply: " + wrong.getMessage(), wrong);
    }
  }

  private static CommandReply failure(JsonObject json) {
    return new Failed(
        Code.of(json.getString("code")),
        texts(json, "problems"),
        all(json, "instances", InstanceMessage::fromJson));
  }

  private static CommandReply success(JsonObject json) {
    if (json.containsKey("version")) {
      return new Pong(
          json.getString("version"),
          json.getLong("pid"),
          json.getString("home"),
          json.getLong("since"));
    }
    if (json.containsKey("events")) {
      return new Events(all(json, "events", EventMessage::fromJson), json.getLong("forgotten"));
    }
    if (json.containsKey("lines")) {
      return new Lines(all(json, "lines", Line::fromJson), json.getLong("left_out"));
    }
    if (json.containsKey("answers")) {
      return new ActionResults(all(json, "answers", ActionResult::fromJson));
    }
    if (json.containsKey("changes")) {
      return new Changes(all(json, "changes", Change::fromJson), texts(json, "notes"));
    }
    return new Instances(all(json, "instances", InstanceMessage::fromJson), texts(json, "notes"));
  }

  private static JsonObject ok() {
    return new JsonObject().put("v", CommandRequest.VERSION).put("ok", true);
  }

  private static JsonObject withNotes(JsonObject json, List<String> notes) {
    return notes.isEmpty() ? json : json.put("notes", new JsonArray(notes));
  }

  private static JsonArray array(List<InstanceMessage> instances) {
    return new JsonArray(instances.stream().map(InstanceMessage::toJson).toList());
  }

  private static List<String> texts(JsonObject json, String key) {
    List<String> texts = new ArrayList<>();
    json.getJsonArray(key, new JsonArray()).forEach(text -> texts.add((String) text));
    return texts;
  }

  private static <T> List<T> all(JsonObject json, String key, Function<JsonObject, T> read) {
    JsonArray array = json.getJsonArray(key, new JsonArray());
    List<T> all = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      all.add(read.apply(array.getJsonObject(i)));
    }
    return all;
  }
}
