package io.jpm.web;

import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;

/// Mounts the routes of the API, whose requests have already passed [RequestAuthenticator].
final class ApiRouter {
  private final CommandRoutes commands;
  private final Bodies bodies = new Bodies();
  private final LiveRoutes liveRoutes;
  private final RequestAuthenticator requestAuthenticator;
  private final JsonObject document;

  ApiRouter(
      Vertx vertx,
      WebContext daemon,
      RequestAuthenticator requestAuthenticator,
      LogDownload download) {
    this.commands = new CommandRoutes(vertx);
    this.liveRoutes = new LiveRoutes(vertx, requestAuthenticator, download);
    this.requestAuthenticator = requestAuthenticator;
    this.document = OpenApi.document(daemon.version());
  }

  void mount(Router router) {
    for (ApiRoute route : ApiRoute.values()) {
      router
          .route(route.method(), ApiRoute.BASE + route.path())
          .handler(context -> authorize(context, route));
    }
  }

  /// Ends all streams because the server is closing.
  Future<Void> end() {
    return liveRoutes.end();
  }

  /// Checks the role and reads the body. The role is checked first, so that the body of a denied
  /// request is never read.
  private void authorize(RoutingContext context, ApiRoute route) {
    AuthenticatedCaller authenticatedCaller = AuthenticatedCaller.of(context);
    if (!authenticatedCaller.principal().hasRole(route.requiredRole())) {
      Bodies.leaveUnread(context);
      commands.denied(context, route);
      return;
    }
    if (HttpMethod.POST.equals(route.method())) {
      bodies.read(
          context,
          body -> requestAuthenticator.readmit(context, () -> answered(context, route, body)));
    } else if (Bodies.isAnnounced(context.request())) {
      Bodies.leaveUnread(context);
      JsonResponse.failed(
          context.response(),
          400,
          Code.INVALID.keyword(),
          "requests to this path must not have a body");
    } else {
      answered(context, route, Buffer.buffer());
    }
  }

  private void answered(RoutingContext context, ApiRoute route, Buffer body) {
    try {
      answer(context, route, body);
    } catch (CommandRoutes.BadRequestException problem) {
      JsonResponse.failed(
          context.response(), 400, Code.INVALID.keyword(), String.valueOf(problem.getMessage()));
    }
  }

  private void answer(RoutingContext context, ApiRoute route, Buffer body) {
    switch (route) {
      case PING,
          LIST,
          DESCRIBE,
          START,
          STOP,
          RESTART,
          RELOAD,
          RESET,
          SIGNAL,
          MESSAGE,
          TYPE,
          TRIGGER,
          DELETE,
          START_APPS,
          SCALE,
          PLAN,
          APPLY,
          SAVE,
          RESURRECT,
          EVENTS,
          LOGS ->
          commands.forward(context, route, body);
      case EVENTS_STREAM -> liveRoutes.events(context);
      case LINES_STREAM -> liveRoutes.lines(context);
      case DOWNLOAD -> liveRoutes.download(context);
      case TICKET -> liveRoutes.ticket(context, body);
      case USAGE_STREAM -> liveRoutes.usage(context);
      case LIVE_STREAM -> liveRoutes.page(context);
      case SESSION ->
          JsonResponse.json(context.response(), 200, session(AuthenticatedCaller.of(context)));
      case LOG_OUT -> {
        // A request with a token may also contain an unrelated session cookie. That session must
        // not be ended.
        if (AuthenticatedCaller.of(context).byCookie()) {
          requestAuthenticator.logOut(context.request());
        }
        liveRoutes.loggedOut(AuthenticatedCaller.of(context));
        JsonResponse.json(context.response(), 200, new JsonObject().put("v", 1).put("ok", true));
      }
      case DOCUMENT -> JsonResponse.json(context.response(), 200, document);
    }
  }

  private static JsonObject session(AuthenticatedCaller authenticatedCaller) {
    Principal who = authenticatedCaller.principal();
    return new JsonObject()
        .put("v", 1)
        .put("ok", true)
        .put("name", who.name())
        .put("role", who.role().keyword())
        .put("apps", new JsonArray(who.apps().stream().sorted().toList()))
        .put(
            "may",
            new JsonArray(
                Arrays.stream(ApiRoute.values())
                    .filter(route -> who.hasRole(route.requiredRole()))
                    .map(ApiRoute::operation)
                    .toList()));
  }
}
