package io.jpm.wire;

import io.jpm.model.access.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.Validator;
import java.util.Arrays;
import java.util.List;

/// Generates `docs/bridge.schema.json`: requests of the catalogue, replies and publications as they
/// are sent.
public final class BridgeSchema {
  private BridgeSchema() {}

  /// Returns the schema of all bodies, with one definition for each kind.
  public static JsonObject create() {
    var definitions = new JsonObject();
    var requests = new JsonArray();
    for (CommandVerb verb : CommandVerb.values()) {
      definitions.put("request_" + verb.keyword(), request(verb));
      requests.add(ref("request_" + verb.keyword()));
    }
    definitions.put("request", new JsonObject().put("oneOf", requests));
    definitions.put("instance", instance());
    definitions.put("event", event());
    putReplies(definitions);
    definitions.put("gap", notice("gap", "after", "forgotten"));
    definitions.put("reset", notice("reset", "after", "last"));
    definitions.put("lines", lines());
    definitions.put("usage", usage());
    definitions.put("settings", settings());
    definitions.put("balance", balance());
    return new JsonObject()
        .put("$schema", "https://json-schema.org/draft/2020-12/schema")
        .put("title", "Bodies on the bridge of jpm")
        .put(
            "anyOf",
            new JsonArray(
                List.of(
                        "request",
                        "reply",
                        "event",
                        "gap",
                        "reset",
                        "lines",
                        "usage",
                        "settings",
                        "balance")
                    .stream()
                    .map(BridgeSchema::ref)
                    .toList()))
        .put("$defs", definitions);
  }

  /// Reports whether `body` matches the definition.
  public static boolean accepts(String definition, JsonObject body) {
    JsonObject schema = new JsonObject(create().encode()).put("$ref", "#/$defs/" + definition);
    schema.remove("anyOf");
    return Validator.create(
            JsonSchema.of(schema),
            new JsonSchemaOptions()
                .setBaseUri("https://jpm.local/")
                .setDraft(Draft.DRAFT202012)
                .setOutputFormat(OutputFormat.Flag))
        .validate(new JsonObject(body.encode()))
        .getValid();
  }

  private static JsonObject request(CommandVerb verb) {
    var properties =
        new JsonObject()
            .put("v", new JsonObject().put("const", CommandRequest.VERSION))
            .put("verb", new JsonObject().put("const", verb.keyword()));
    verb.keys().forEach(key -> properties.put(key.keyword(), value(key)));
    var schema =
        new JsonObject()
            .put("description", needs(verb))
            .put("type", "object")
            .put("properties", properties)
            .put("additionalProperties", false);
    List<String> needed =
        switch (verb) {
          case PING, LIST, EVENTS, SAVE, RESURRECT -> List.of();
          case DESCRIBE, LOGS, STOP, RESTART, RESET, RELOAD, DELETE -> List.of("targets");
          case SIGNAL -> List.of("targets", "signal");
          case MESSAGE -> List.of("targets", "message");
          case TRIGGER -> List.of("targets", "action");
          case TYPE -> List.of("target", "line");
          case SCALE -> List.of("target");
          case START, PLAN, APPLY -> List.of();
        };
    var all = new JsonArray().add("v").add("verb");
    needed.forEach(all::add);
    schema.put("required", all);
    JsonObject apps = all(List.of("apps", "cwd"));
    JsonObject app = all(List.of("app", "cwd"));
    switch (verb) {
      case START ->
          schema.put("oneOf", new JsonArray().add(all(List.of("targets"))).add(apps).add(app));
      case PLAN, APPLY -> schema.put("oneOf", new JsonArray().add(apps).add(app));
      case SCALE ->
          schema.put("oneOf", new JsonArray().add(all(List.of("to"))).add(all(List.of("by"))));
      case PING,
          LIST,
          DESCRIBE,
          EVENTS,
          LOGS,
          STOP,
          RESTART,
          RESET,
          RELOAD,
          SIGNAL,
          MESSAGE,
          TYPE,
          TRIGGER,
          DELETE,
          SAVE,
          RESURRECT -> {}
    }
    return schema;
  }

  private static String needs(CommandVerb verb) {
    return "needs the role "
        + verb.requiredRole().keyword()
        + (verb == CommandVerb.START ? ", with apps " + Role.ADMIN.keyword() : "");
  }

  private static JsonObject value(CommandKey key) {
    return switch (key.kind()) {
      case ANY -> new JsonObject();
      case WORD ->
          key == CommandKey.STREAM
              ? new JsonObject()
                  .put(
                      "enum",
                      new JsonArray(
                          Arrays.stream(CommandRequest.Stream.values())
                              .map(CommandRequest.Stream::keyword)
                              .toList()))
              : type("string").put("minLength", 1);
      case TEXT -> type("string").put("pattern", "^[^\\n]*$");
      case WORDS ->
          array(type("string").put("minLength", 1)).put("minItems", 1).put("maxItems", 1000);
      case NUMBER ->
          key.max() == Long.MAX_VALUE
              ? type("integer").put("minimum", key.min())
              : type("integer").put("minimum", key.min()).put("maximum", key.max());
      case FLAG -> type("boolean");
      case PATH -> type("string").put("pattern", "^/");
      case OBJECT -> type("object");
      case OBJECTS -> array(type("object")).put("minItems", 1);
      case VARIABLES -> type("object").put("additionalProperties", type("string"));
      case SIGNAL -> type("string", "integer");
    };
  }

  private static void putReplies(JsonObject definitions) {
    JsonObject instances = array(ref("instance"));
    JsonObject line =
        open(
            "app",
            type("string"),
            "id",
            type("integer", "null"),
            "stream",
            type("string"),
            "at",
            type("integer"),
            "text",
            type("string"));
    JsonObject answer =
        open("app", type("string"), "id", type("integer"), "value", new JsonObject());
    JsonObject field = open("key", type("string"), "from", type("string"), "to", type("string"));
    JsonObject change =
        open(
            "app",
            type("string"),
            "action",
            type("string"),
            "stopped",
            type("boolean"),
            "fields",
            array(field),
            "problem",
            type("string", "null"));
    definitions
        .put(
            "reply_pong",
            success(
                "version",
                type("string"),
                "pid",
                type("integer"),
                "home",
                type("string"),
                "since",
                type("integer")))
        .put("reply_instances", success("instances", instances))
        .put("reply_events", success("events", array(ref("event")), "forgotten", type("integer")))
        .put("reply_lines", success("lines", array(line), "left_out", type("integer")))
        .put("reply_answers", success("answers", array(answer)))
        .put("reply_changes", success("changes", array(change)))
        .put("reply_failed", failed(instances));
    definitions.put(
        "reply",
        new JsonObject()
            .put(
                "oneOf",
                new JsonArray(
                    List.of("pong", "instances", "events", "lines", "answers", "changes", "failed")
                        .stream()
                        .map(name -> ref("reply_" + name))
                        .toList())));
  }

  private static JsonObject failed(JsonObject instances) {
    JsonObject failed =
        open(
            "v",
            new JsonObject().put("const", 1),
            "ok",
            new JsonObject().put("const", false),
            "code",
            new JsonObject()
                .put(
                    "enum",
                    new JsonArray(
                        Arrays.stream(CommandReply.Code.values())
                            .map(CommandReply.Code::keyword)
                            .toList())),
            "problems",
            array(type("string")).put("minItems", 1));
    failed.getJsonObject("properties").put("instances", instances);
    return failed;
  }

  private static JsonObject success(Object... members) {
    JsonObject schema = open(members);
    schema
        .getJsonObject("properties")
        .put("v", new JsonObject().put("const", 1))
        .put("ok", new JsonObject().put("const", true))
        .put("notes", array(type("string")));
    schema.getJsonArray("required").add("v").add("ok");
    return schema;
  }

  private static JsonObject instance() {
    JsonObject instance =
        open(
            "app",
            type("string"),
            "id",
            type("integer"),
            "number",
            type("integer"),
            "namespace",
            type("string"),
            "status",
            type("string"),
            "pid",
            type("integer", "null"),
            "restarts",
            type("integer"),
            "unstable_restarts",
            type("integer"),
            "created_at",
            type("integer"),
            "started_at",
            type("integer", "null"),
            "exit_code",
            type("integer", "null"),
            "exit_signal",
            type("string", "null"),
            "reason",
            type("string"),
            "unhealthy",
            type("string", "null"),
            "out_file",
            type("string"),
            "error_file",
            type("string"));
    instance
        .getJsonObject("properties")
        .put("crash_looping", type("boolean"))
        .put("spec", type("object"))
        .put("ports", array(type("integer")))
        .put(
            "checks",
            array(
                open(
                    "name",
                    type("string"),
                    "state",
                    type("string"),
                    "since",
                    type("integer"),
                    "detail",
                    type("string", "null"))));
    return instance;
  }

  private static JsonObject event() {
    JsonObject event =
        open(
            "v",
            new JsonObject().put("const", 1),
            "seq",
            type("integer"),
            "event",
            type("string"),
            "app",
            type("string", "null"),
            "pid",
            type("integer"),
            "reason",
            type("string"),
            "at",
            type("integer"));
    event
        .getJsonObject("properties")
        .put("id", type("integer"))
        .put("status", type("string"))
        .put("restarts", type("integer"))
        .put("exit_code", type("integer"))
        .put("exit_signal", type("string"))
        .put("expected", type("boolean"));
    return event;
  }

  private static JsonObject notice(String event, String... numbers) {
    JsonObject notice =
        open("v", new JsonObject().put("const", 1), "event", new JsonObject().put("const", event));
    for (String number : numbers) {
      notice.getJsonObject("properties").put(number, type("integer"));
      notice.getJsonArray("required").add(number);
    }
    return notice;
  }

  private static JsonObject lines() {
    JsonObject line =
        open(
            "id",
            type("integer"),
            "stream",
            type("string"),
            "at",
            type("string"),
            "text",
            type("string"));
    line.getJsonObject("properties")
        .put("partial", type("boolean"))
        .put("rest", type("boolean"))
        .put("birth", type("integer"));
    return open(
        "v",
        new JsonObject().put("const", 1),
        "app",
        type("string"),
        "first",
        type("integer"),
        "gap",
        type("integer"),
        "lines",
        array(line));
  }

  private static JsonObject usage() {
    JsonObject instance =
        open(
            "app",
            type("string"),
            "id",
            type("integer"),
            "pid",
            type("integer"),
            "cpu",
            type("number"),
            "memory",
            type("integer"),
            "processes",
            type("integer"));
    JsonObject usage =
        open(
            "v",
            new JsonObject().put("const", 1),
            "at",
            type("integer"),
            "instances",
            array(instance));
    usage
        .getJsonObject("properties")
        .put(
            "system",
            open(
                "cores",
                type("integer"),
                "cpu",
                type("number"),
                "memory",
                type("integer"),
                "available",
                type("integer"),
                "load",
                type("number")));
    return usage;
  }

  private static JsonObject settings() {
    JsonObject change =
        open(
            "key",
            type("string"),
            "from",
            type("string"),
            "to",
            type("string"),
            "in_force",
            type("boolean"));
    return open(
        "v",
        new JsonObject().put("const", 1),
        "changes",
        array(change),
        "problems",
        array(type("string")));
  }

  private static JsonObject balance() {
    return open(
        "v",
        new JsonObject().put("const", 1),
        "app",
        type("string"),
        "instances",
        array(open("id", type("integer"))));
  }

  /// Returns the schema of an object with these required members, which may have others.
  private static JsonObject open(Object... members) {
    var properties = new JsonObject();
    var required = new JsonArray();
    for (int i = 0; i < members.length; i += 2) {
      properties.put((String) members[i], members[i + 1]);
      required.add(members[i]);
    }
    return type("object").put("properties", properties).put("required", required);
  }

  private static JsonObject all(List<String> keys) {
    return new JsonObject().put("required", new JsonArray(keys));
  }

  private static JsonObject array(JsonObject items) {
    return type("array").put("items", items);
  }

  private static JsonObject ref(String definition) {
    return new JsonObject().put("$ref", "#/$defs/" + definition);
  }

  private static JsonObject type(String... types) {
    return new JsonObject()
        .put("type", types.length == 1 ? types[0] : new JsonArray(List.of((Object[]) types)));
  }
}
