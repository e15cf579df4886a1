package io.jpm.web;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;

/// Answers in JSON, in the form of the replies of `jpm.command`: what fails has `ok` false, a
/// `code` and sentences in `problems`.
final class JsonResponse {
  static final String JSON = "application/json; charset=utf-8";

  private JsonResponse() {}

  static void json(HttpServerResponse response, int status, JsonObject body) {
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON);
    end(response, body.encode() + "\n");
  }

  /// @param code one word for programs
  /// @param problem a sentence for people
  static void failed(HttpServerResponse response, int status, String code, String problem) {
    json(
        response,
        status,
        new JsonObject()
            .put("v", 1)
            .put("ok", false)
            .put("code", code)
            .put("problems", new JsonArray(List.of(problem))));
  }

  /// The part of the path that stands at `:name` of its route.
  static String inPath(RoutingContext context, String name) {
    return Objects.requireNonNull(context.pathParam(name), name);
  }

  /// The client may have gone meanwhile, which is no failure.
  static void end(HttpServerResponse response, String body) {
    if (!response.ended() && !response.closed()) {
      var _ = response.end(body);
    }
  }
}
