package io.jpm.web;

import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Generates the OpenAPI 3.1 document of the API from [ApiRoute].
final class OpenApi {
  private static final Pattern PARAMETER = Pattern.compile(":([a-z]+)");

  private OpenApi() {}

  /// Returns the document.
  ///
  /// @param version the version of jpm
  static JsonObject document(String version) {
    var paths = new JsonObject();
    for (ApiRoute route : ApiRoute.values()) {
      String path = PARAMETER.matcher(ApiRoute.BASE + route.path()).replaceAll("{$1}");
      if (!paths.containsKey(path)) {
        paths.put(path, new JsonObject());
      }
      paths
          .getJsonObject(path)
          .put(route.method().name().toLowerCase(Locale.ROOT), operation(route));
    }
    return new JsonObject()
        .put("openapi", "3.1.0")
        .put(
            "info",
            new JsonObject()
                .put("title", "jpm")
                .put("version", version)
                .put("description", "Each verb described in docs/bridge.md has a path."))
        .put("security", new JsonArray().add(new JsonObject().put("token", new JsonArray())))
        .put("paths", paths)
        .put(
            "components",
            new JsonObject()
                .put(
                    "securitySchemes",
                    new JsonObject()
                        .put("token", new JsonObject().put("type", "http").put("scheme", "bearer")))
                .put("schemas", new JsonObject().put("Reply", reply()).put("Failure", failure())));
  }

  private static JsonObject operation(ApiRoute route) {
    var operation =
        new JsonObject()
            .put("operationId", route.operation())
            .put("summary", route.summary())
            .put("description", "Requires the role %s.".formatted(route.requiredRole().keyword()));
    var parameters = new JsonArray();
    PARAMETER
        .matcher(route.path())
        .results()
        .forEach(found -> parameters.add(parameter(found.group(1), "path", text(), true)));
    if (route.method().name().equals("POST")) {
      if (!route.requestKeys().isEmpty()) {
        operation.put("requestBody", body(route));
      }
    } else {
      route
          .requestKeys()
          .forEach(key -> parameters.add(parameter(key.keyword(), "query", value(key), false)));
    }
    if (route == ApiRoute.EVENTS_STREAM || route == ApiRoute.LIVE_STREAM) {
      parameters.add(parameter("Last-Event-ID", "header", integer(0, Long.MAX_VALUE), false));
    }
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    return operation.put("responses", responses(route));
  }

  private static JsonObject responses(ApiRoute route) {
    JsonObject schema =
        route.mediaType().equals("application/json") && route != ApiRoute.DOCUMENT
            ? new JsonObject().put("$ref", "#/components/schemas/Reply")
            : new JsonObject();
    return new JsonObject()
        .put(
            "200",
            new JsonObject()
                .put("description", "The request succeeded.")
                .put("content", content(route.mediaType(), schema)))
        .put(
            "default",
            new JsonObject()
                .put(
                    "description",
                    "400 not valid, 401 not authenticated, 403 not allowed, 404 not found,"
                        + " 409 failed, 413 too large, 429 too many requests, 502 and 504 no answer.")
                .put(
                    "content",
                    content(
                        "application/json",
                        new JsonObject().put("$ref", "#/components/schemas/Failure"))));
  }

  private static JsonObject content(String type, JsonObject schema) {
    return new JsonObject().put(type, new JsonObject().put("schema", schema));
  }

  private static JsonObject parameter(
      String name, String where, JsonObject schema, boolean required) {
    return new JsonObject()
        .put("name", name)
        .put("in", where)
        .put("required", required)
        .put("schema", schema);
  }

  private static JsonObject body(ApiRoute route) {
    var properties = new JsonObject();
    route.requestKeys().forEach(key -> properties.put(key.keyword(), value(key)));
    List<String> required = route.required().stream().map(CommandKey::keyword).toList();
    var schema =
        new JsonObject()
            .put("type", "object")
            .put("properties", properties)
            .put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", new JsonArray(required));
    }
    alternatives(route).ifPresent(either -> schema.put("oneOf", either));
    return new JsonObject()
        .put("required", !required.isEmpty())
        .put("content", content("application/json", schema));
  }

  /// Returns the pair of keys of which a request must contain exactly one.
  private static Optional<JsonArray> alternatives(ApiRoute route) {
    List<CommandKey> asked = route.requestKeys();
    List<CommandKey> either =
        asked.contains(CommandKey.TO)
            ? List.of(CommandKey.TO, CommandKey.BY)
            : asked.contains(CommandKey.APPS)
                ? List.of(CommandKey.APPS, CommandKey.APP)
                : List.of();
    return either.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new JsonArray(
                either.stream()
                    .map(key ->
                        new JsonObject().put("required", new JsonArray(List.of(key.keyword()))))
                    .toList()));
  }

  private static JsonObject value(CommandKey key) {
    return switch (key.kind()) {
      case ANY -> new JsonObject().put("description", "any value");
      case WORD ->
          key == CommandKey.STREAM
              ? text().put("enum", new JsonArray(List.of("out", "err")))
              : text().put("minLength", 1);
      case TEXT -> text();
      case WORDS -> array(text().put("minLength", 1));
      case NUMBER -> integer(key.min(), key.max());
      case FLAG -> new JsonObject().put("type", "boolean");
      case PATH -> text().put("pattern", "^/");
      case OBJECT -> new JsonObject().put("type", "object");
      case OBJECTS -> array(new JsonObject().put("type", "object"));
      case VARIABLES -> new JsonObject().put("type", "object").put("additionalProperties", text());
      case SIGNAL -> new JsonObject().put("type", new JsonArray(List.of("string", "integer")));
    };
  }

  private static JsonObject array(JsonObject items) {
    return new JsonObject().put("type", "array").put("items", items).put("minItems", 1);
  }

  private static JsonObject integer(long least, long most) {
    var schema = new JsonObject().put("type", "integer").put("minimum", least);
    return most == Long.MAX_VALUE ? schema : schema.put("maximum", most);
  }

  private static JsonObject text() {
    return new JsonObject().put("type", "string");
  }

  private static JsonObject reply() {
    return object("ok", new JsonObject().put("const", true));
  }

  private static JsonObject failure() {
    var codes = new JsonArray();
    Arrays.stream(Code.values()).map(Code::keyword).forEach(codes::add);
    JsonObject failure = object("ok", new JsonObject().put("const", false));
    failure
        .getJsonObject("properties")
        .put(
            "code",
            text().put("enum", codes.add("unauthenticated").add("misdirected").add("too_many")))
        .put("problems", array(text()));
    return failure;
  }

  private static JsonObject object(String key, JsonObject value) {
    return new JsonObject()
        .put("type", "object")
        .put(
            "properties",
            new JsonObject().put("v", new JsonObject().put("const", 1)).put(key, value))
        .put("required", new JsonArray(List.of("v", key)));
  }
}
