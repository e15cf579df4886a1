package io.jpm.web;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;

/// Writes JSON responses in the format of the replies from `jpm.command`: a failure contains `ok:
/// false`, a `code`, and messages in `problems`.
final class JsonResponse {
  static final String JSON = "application/json; charset=utf-8";

  private JsonResponse() {}

  static void json(HttpServerResponse response, int status, JsonObject body) {
    var _ = json(response, status, encoded(body));
  }

  /// Sends a JSON response.
  ///
  /// @return completes when the response has been written; fails if the client has disconnected
  static Future<Void> json(HttpServerResponse response, int status, Buffer body) {
    if (response.ended() || response.closed()) {
      return Future.failedFuture("the client has disconnected");
    }
    return response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, JSON).end(body);
  }

  static Buffer encoded(JsonObject body) {
    return body.toBuffer().appendByte((byte) '\n');
  }

  /// Responds with a failure.
  ///
  /// @param code the code that programs evaluate
  /// @param problem a message for users
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

  /// Returns the path parameter `name`.
  static String inPath(RoutingContext context, String name) {
    return Objects.requireNonNull(context.pathParam(name), name);
  }

  /// Ends the response. Does nothing if the client has already disconnected.
  static void end(HttpServerResponse response, String body) {
    if (!response.ended() && !response.closed()) {
      var _ = response.end(body);
    }
  }
}
