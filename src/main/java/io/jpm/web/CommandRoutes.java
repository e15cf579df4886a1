package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AuditRecord;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandVerb;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Forwards requests to the bus address `jpm.command` on behalf of their senders. The component
/// behind that address checks permissions and validates the request.
final class CommandRoutes {
  /// The timeout for replies. It is longer than the timeout of `jpm.command` itself.
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final Pattern ID = Pattern.compile("[0-9]{1,9}");
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private final Vertx vertx;
  private final ResponseBudget responseBudget = new ResponseBudget();

  CommandRoutes(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Signals a request that cannot be forwarded, with a message for the user.
  static final class BadRequestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRequestException(String problem) {
      super(problem, null, false, false);
    }
  }

  /// Forwards a request and sends the reply.
  ///
  /// @throws BadRequestException if the request cannot be forwarded
  void forward(RoutingContext context, ApiRoute route, Buffer body) {
    JsonObject request = request(context, route, body);
    vertx
        .eventBus()
        .<JsonObject>request(
            Addresses.COMMAND, request, AuthenticatedCaller.of(context).delivery(PATIENCE))
        .onComplete(
            reply -> answer(context, reply.body()),
            failure ->
                JsonResponse.failed(
                    context.response(),
                    502,
                    Code.FAILED.keyword(),
                    "the daemon did not answer: " + failure.getMessage()));
  }

  private void answer(RoutingContext context, JsonObject reply) {
    HttpServerResponse response = context.response();
    Buffer body = JsonResponse.encoded(reply);
    if (!AuthenticatedCaller.of(context).principal().equals(Principal.OWNER)) {
      HttpConnection connection = context.request().connection();
      responseBudget.reserve(response, body.length(), connection::close);
    }
    JsonResponse.json(response, status(reply), body)
        .onComplete(_ -> responseBudget.release(response));
  }

  /// Responds to a request that the sender's role does not permit, without reading its body, and
  /// records the denial in the audit log.
  void denied(RoutingContext context, ApiRoute route) {
    AuthenticatedCaller authenticatedCaller = AuthenticatedCaller.of(context);
    String verb = route.verb().map(CommandVerb::keyword).orElse(route.operation());
    String problem =
        "%s needs the role %s, but %s has %s"
            .formatted(
                verb,
                route.requiredRole().keyword(),
                authenticatedCaller.principal().name(),
                authenticatedCaller.principal().role().keyword());
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new AuditRecord(
                authenticatedCaller.principal(),
                authenticatedCaller.origin(),
                verb,
                List.of(),
                Code.DENIED.keyword() + ": " + problem));
    JsonResponse.failed(context.response(), 403, Code.DENIED.keyword(), problem);
  }

  /// Returns the HTTP status code for a reply from `jpm.command`.
  static int status(JsonObject reply) {
    if (Boolean.TRUE.equals(reply.getValue("ok"))) {
      return 200;
    }
    String word = reply.getString("code", "");
    return Arrays.stream(Code.values())
        .filter(code -> code.keyword().equals(word))
        .findFirst()
        .map(code ->
            switch (code) {
              case VERSION, INVALID -> 400;
              case DENIED -> 403;
              case NOT_FOUND -> 404;
              case FAILED -> 409;
              case BUSY -> 429;
              case TIMEOUT -> 504;
            })
        .orElse(502);
  }

  private static JsonObject request(RoutingContext context, ApiRoute route, Buffer body) {
    boolean inQuery = !HttpMethod.POST.equals(route.method());
    JsonObject request =
        inQuery ? query(context, route.requestKeys()) : body(context, route.requestKeys(), body);
    route
        .pathKey()
        .ifPresent(key -> {
          String target = target(JsonResponse.inPath(context, "target"));
          request.put(
              key.keyword(), key == CommandKey.TARGETS ? new JsonArray(List.of(target)) : target);
        });
    return request
        .put("v", CommandRequest.VERSION)
        .put("verb", route.verb().orElseThrow().keyword());
  }

  /// Returns the target for a path segment. A number is always an instance id, even if an app has
  /// that name.
  private static String target(String word) {
    return ID.matcher(word).matches() ? "#" + word : word;
  }

  /// Returns the request that is encoded in the query.
  ///
  /// @throws BadRequestException for the first error
  static JsonObject query(RoutingContext context, List<CommandKey> asked) {
    var request = new JsonObject();
    for (Map.Entry<String, String> entry : context.queryParams()) {
      CommandKey key =
          key(entry.getKey(), asked)
              .orElseThrow(() ->
                  new BadRequestException(
                      "%s is not allowed in the query (allowed keys: %s)"
                          .formatted(entry.getKey(), words(asked))));
      if (request.containsKey(key.keyword())) {
        throw new BadRequestException(
            key.keyword() + " occurs more than once in the query: specify it once");
      }
      request.put(key.keyword(), value(key, entry.getValue()));
    }
    return request;
  }

  private static Object value(CommandKey key, String text) {
    if (key.kind() != CommandKey.Kind.NUMBER) {
      return text;
    }
    long number = NUMBER.matcher(text).matches() ? Long.parseLong(text) : key.min() - 1;
    if (number < key.min() || number > key.max()) {
      throw new BadRequestException(
          "%s: \"%s\" is not an integer from %d to %d"
              .formatted(key.keyword(), text, key.min(), key.max()));
    }
    return number;
  }

  /// Returns the request that is encoded in the body, which is a JSON object or empty.
  ///
  /// @throws BadRequestException for the first error
  static JsonObject body(RoutingContext context, List<CommandKey> asked, Buffer bytes) {
    Optional<String> query = context.queryParams().names().stream().findFirst();
    if (query.isPresent()) {
      throw new BadRequestException(query.get() + " must not be in the query: put it in the body");
    }
    if (bytes.length() == 0) {
      return new JsonObject();
    }
    String type = context.request().getHeader("Content-Type");
    if (type == null || !type.strip().toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new BadRequestException(
          "the body must be JSON: send it with Content-Type: application/json");
    }
    JsonObject body;
    try {
      body = bytes.toJsonObject();
    } catch (DecodeException | ClassCastException notOne) {
      throw new BadRequestException("the body is not a JSON object");
    }
    Set<String> known = asked.stream().map(CommandKey::keyword).collect(Collectors.toSet());
    for (String name : body.fieldNames()) {
      if (!known.contains(name)) {
        throw new BadRequestException(
            "%s is not allowed in the body (allowed keys: %s)".formatted(name, words(asked)));
      }
    }
    return body;
  }

  private static Optional<CommandKey> key(String name, List<CommandKey> asked) {
    return asked.stream().filter(key -> key.keyword().equals(name)).findFirst();
  }

  private static String words(List<CommandKey> asked) {
    return asked.isEmpty()
        ? "none"
        : asked.stream().map(CommandKey::keyword).collect(Collectors.joining(", "));
  }
}
