package io.jpm.config;

import io.jpm.model.BalancingMode;
import io.jpm.model.Hooks;
import io.jpm.model.Strategy;
import io.jpm.spec.AppKey;
import io.jpm.spec.AppKey.Support;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/// Generates `conf/process-file.schema.json` from the catalogue. Editors use the schema to complete
/// and check process files. It contains every key in every spelling and the form of its value. It
/// does not contain the rules that only `jpm validate` can check (files, names, contradictions).
final class ProcessFileSchema {
  private static final String DEFS = "#/$defs/";
  private static final String TIME = "^\\s*[0-9]+(\\.0*)?\\s*$|^\\s*[0-9]{1,15}(ms|s|m|h|d)\\s*$";
  private static final String BYTES = "^\\s*[0-9]{1,15}[KMG]?\\s*$";
  private static final String DIGITS = "^\\s*[-+]?[0-9][0-9.eE+]*\\s*$";

  private ProcessFileSchema() {}

  static JsonObject make() {
    var defs = new JsonObject();
    for (AppKey.Type type : AppKey.Type.values()) {
      defs.put(name(type), orNull(form(type)));
    }
    defs.put("unused", new JsonObject());
    defs.put("app", app());
    defs.put("apps", apps());
    return new JsonObject()
        .put("$schema", "https://json-schema.org/draft/2020-12/schema")
        .put("title", "Process file of jpm")
        .put(
            "description",
            "Apps for jpm start FILE. Generated from jpm's catalogue of attributes; see docs/process-file.md.")
        .put("anyOf", new JsonArray().add(file()).add(packaged()).add(ref("apps")))
        .put("$defs", defs);
  }

  private static JsonObject file() {
    return object("apps", ref("apps"))
        .put("required", new JsonArray().add("apps"))
        .put("additionalProperties", false)
        .mergeIn(propertiesOfAnyType("deploy", "static", "$schema"), true);
  }

  private static JsonObject packaged() {
    return object(
            "pm2", new JsonObject().put("anyOf", new JsonArray().add(ref("apps")).add(file())))
        .put("required", new JsonArray().add("pm2"));
  }

  private static JsonObject propertiesOfAnyType(String... names) {
    var properties = new JsonObject();
    Arrays.stream(names).forEach(name -> properties.put(name, new JsonObject()));
    return new JsonObject().put("properties", properties);
  }

  /// One app or a list of them.
  private static JsonObject apps() {
    return new JsonObject()
        .put(
            "anyOf",
            new JsonArray()
                .add(ref("app"))
                .add(
                    new JsonObject()
                        .put("type", "array")
                        .put("minItems", 1)
                        .put("items", ref("app"))));
  }

  private static JsonObject app() {
    var properties = new JsonObject();
    var scripts = new JsonArray();
    for (String spelling : AppKey.everySpelling()) {
      AppKey key = AppKey.named(spelling).orElseThrow();
      if (key == AppKey.ENV_NAME) {
        continue;
      }
      properties.put(spelling, property(key, spelling));
      if (key == AppKey.SCRIPT) {
        scripts.add(new JsonObject().put("required", new JsonArray().add(spelling)));
      }
    }
    // If the file consists of one app, these keys are beside the keys of the app.
    properties.put("deploy", new JsonObject()).put("$schema", new JsonObject());
    return new JsonObject()
        .put("type", "object")
        .put("anyOf", scripts)
        .put("properties", properties)
        .put(
            "patternProperties",
            new JsonObject().put("^env_(?!file$).+", property(AppKey.ENV_NAME, "env_<name>")))
        .put("additionalProperties", false);
  }

  private static JsonObject property(AppKey key, String spelling) {
    String known = key.support() == Support.ACTS ? name(key.type()) : "unused";
    return ref(known).put("description", description(key, spelling));
  }

  private static String description(AppKey key, String spelling) {
    String same = spelling.equals(key.key()) ? "" : "The same as " + key.key() + ": ";
    return switch (key.support()) {
      case ACTS ->
          "%s%s. Value: %s. Default: %s."
              .formatted(same, key.doc(), key.type().form(), key.defaultText());
      case ELSEWHERE -> "%s%s.".formatted(same, key.doc());
      case NOT_YET -> "Without effect in this version: " + key.doc() + ".";
      case PM2_ONLY -> "Without effect, belongs to PM2: " + key.doc() + ".";
    };
  }

  private static String name(AppKey.Type type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static JsonObject ref(String definition) {
    return new JsonObject().put("$ref", DEFS + definition);
  }

  /// `null` has the same effect as leaving the key out.
  private static JsonObject orNull(JsonObject form) {
    return anyOf(form, type("null"));
  }

  private static JsonObject form(AppKey.Type type) {
    return switch (type) {
      case TEXT, PATH, VARIABLE, ZONE -> type("string");
      case PATH_OR_FLAG -> type("string", "boolean");
      case WORDS -> anyOf(type("string"), list(type("string", "number", "boolean")));
      case BOOLEAN -> flag();
      case NUMBER, MASK, ACCOUNT -> type("integer", "string");
      case COUNT -> anyOf(type("integer"), word("max"), pattern(DIGITS));
      case DURATION -> time();
      case SIZE -> bytes();
      case SIGNAL -> type("string", "integer");
      case VARIABLES -> type("object");
      case ENV_FILES -> anyOf(type("string"), list(type("string")));
      case SECRET -> secrets();
      case FILTER -> anyOf(type("boolean", "string"), list(type("string")));
      case FRACTION -> type("number", "string");
      case RULE -> word("always", "on-failure", "never");
      case CODES -> anyOf(type("integer", "string"), list(type("integer", "string")));
      case CRON -> type("string", "integer");
      case WATCHED -> anyOf(type("boolean", "string"), list(type("string")));
      case DEPENDENCIES ->
          anyOf(
              type("string"),
              list(type("string")),
              new JsonObject()
                  .put("type", "object")
                  .put("additionalProperties", word("started", "ready", "completed")));
      case STOPPING ->
          object(
                  "signal", ref("signal"),
                  "timeout", ref("duration"),
                  "command", ref("words"))
              .put("additionalProperties", false);
      case LINE_TYPE -> word("raw", "json");
      case BALANCING ->
          word(
              Arrays.stream(BalancingMode.values())
                  .map(BalancingMode::keyword)
                  .toArray(String[]::new));
      case STRATEGIES ->
          word(Arrays.stream(Strategy.values()).map(Strategy::keyword).toArray(String[]::new));
      case ADDRESSES -> anyOf(type("integer", "string"), list(type("integer", "string")));
      case PROXY_HEADER -> anyOf(word("off", "v1", "v2"), flag());
      case LOG_LIMITS -> limits();
      case RESOURCES -> resources();
      case HOOKS -> hooks();
      case CHECKED_ONCE -> checked("interval", "timeout");
      case CHECKED -> checked("interval", "timeout", "failures", "successes", "delay");
    };
  }

  private static JsonObject limits() {
    var parts = new TreeMap<String, JsonObject>();
    for (String name : List.of("max_size", "maxSize", "max_total", "maxTotal")) {
      parts.put(name, ref("size"));
    }
    for (String name : List.of("rotate_every", "rotateEvery", "max_age", "maxAge")) {
      parts.put(name, ref("duration"));
    }
    for (String name : List.of("when_full", "whenFull")) {
      parts.put(name, orNull(word("drop_oldest", "block")));
    }
    parts.put("keep", ref("number"));
    parts.put("compress", ref("boolean"));
    var properties = new JsonObject();
    parts.forEach(properties::put);
    return new JsonObject()
        .put("type", "object")
        .put("properties", properties)
        .put("additionalProperties", false);
  }

  private static JsonObject resources() {
    var properties = new JsonObject();
    for (String name : List.of("memory", "memory_high", "memoryHigh")) {
      properties.put(name, type("string"));
    }
    for (String name :
        List.of(
            "cpu",
            "cpu_time",
            "cpuTime",
            "as",
            "core",
            "data",
            "fsize",
            "memlock",
            "msgqueue",
            "stack",
            "nofile",
            "nproc",
            "locks",
            "sigpending",
            "nice",
            "rtprio")) {
      properties.put(name, type("number", "string"));
    }
    return new JsonObject()
        .put("type", "object")
        .put("properties", properties)
        .put("additionalProperties", false);
  }

  private static JsonObject hooks() {
    JsonObject command = list(type("string", "number", "boolean"));
    JsonObject one =
        object("webhook", pattern("^https?://"), "exec", command)
            .put("additionalProperties", false);
    var properties = new JsonObject();
    for (Hooks.HookEvent occasion : Hooks.HookEvent.values()) {
      properties.put(occasion.keyword(), anyOf(command, one, list(anyOf(command, one))));
    }
    return new JsonObject()
        .put("type", "object")
        .put("properties", properties)
        .put("additionalProperties", false);
  }

  private static JsonObject checked(String... rhythm) {
    JsonObject http =
        object(
                "url", type("string"),
                "headers", type("object"),
                "status", type("integer", "string"),
                "body", type("string"))
            .put("required", new JsonArray().add("url"))
            .put("additionalProperties", false);
    http.getJsonObject("properties").put("verify", flag());
    var properties =
        new JsonObject()
            .put("http", anyOf(type("string"), http))
            .put("tcp", type("integer", "string"))
            .put("exec", anyOf(type("string"), list(type("string", "number", "boolean"))))
            .put("log", type("string"))
            .put("notify", flag());
    for (String part : rhythm) {
      properties.put(
          part,
          part.equals("failures") || part.equals("successes")
              ? type("integer", "string")
              : type("string"));
    }
    return new JsonObject()
        .put("type", "object")
        .put("properties", properties)
        .put("additionalProperties", false);
  }

  private static JsonObject secrets() {
    JsonObject command =
        object("command", list(type("string", "number", "boolean")).put("minItems", 1))
            .put("required", new JsonArray().add("command"))
            .put("additionalProperties", false);
    return new JsonObject()
        .put("type", "object")
        .put("additionalProperties", anyOf(pattern("^(file|credential):."), command));
  }

  private static JsonObject time() {
    return anyOf(type("integer").put("minimum", 0), pattern(TIME));
  }

  private static JsonObject bytes() {
    return anyOf(type("integer").put("minimum", 0), pattern(BYTES));
  }

  private static JsonObject flag() {
    return anyOf(type("boolean"), word("true", "false"));
  }

  private static JsonObject type(String... types) {
    return new JsonObject()
        .put("type", types.length == 1 ? types[0] : new JsonArray(List.of((Object[]) types)));
  }

  private static JsonObject word(String... words) {
    return new JsonObject().put("enum", new JsonArray(List.of((Object[]) words)));
  }

  private static JsonObject pattern(String pattern) {
    return type("string").put("pattern", pattern);
  }

  private static JsonObject list(JsonObject items) {
    return type("array").put("items", items);
  }

  private static JsonObject anyOf(JsonObject... forms) {
    return new JsonObject().put("anyOf", new JsonArray(List.of((Object[]) forms)));
  }

  /// @param members names and their schemas in turn
  private static JsonObject object(Object... members) {
    var properties = new JsonObject();
    for (int i = 0; i < members.length; i += 2) {
      properties.put((String) members[i], members[i + 1]);
    }
    return type("object").put("properties", properties);
  }
}
