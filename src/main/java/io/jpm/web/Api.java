package io.jpm.web;

import io.jpm.model.Principal;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;

/// Puts the routes of the API in place; who comes here has passed [Doorman].
final class Api {
  private final CommandDoor commands;
  private final Live live;
  private final Doorman doorman;
  private final JsonObject document;

  Api(Vertx vertx, WebContext daemon, Doorman doorman) {
    this.commands = new CommandDoor(vertx);
    this.live = new Live(vertx, doorman);
    this.doorman = doorman;
    this.document = OpenApi.document(daemon.version());
  }

  void furnish(Router router) {
    for (ApiRoute route : ApiRoute.values()) {
      router
          .route(route.method(), ApiRoute.BASE + route.path())
          .handler(context -> understood(context, route));
    }
  }

  /// The server ends.
  Future<Void> end() {
    return live.end();
  }

  private void understood(RoutingContext context, ApiRoute route) {
    try {
      answer(context, route);
    } catch (CommandDoor.NotUnderstood problem) {
      Answer.failed(
          context.response(), 400, Code.INVALID.word(), String.valueOf(problem.getMessage()));
    }
  }

  private void answer(RoutingContext context, ApiRoute route) {
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
          commands.pass(context, route);
      case EVENTS_STREAM -> live.events(context);
      case LINES_STREAM -> live.lines(context);
      case DOWNLOAD -> live.download(context);
      case USAGE_STREAM -> live.usage(context);
      case LIVE_STREAM -> live.page(context);
      case SESSION -> Answer.json(context.response(), 200, session(Access.of(context)));
      case LOG_OUT -> {
        doorman.logOut(context.request());
        Answer.json(context.response(), 200, new JsonObject().put("v", 1).put("ok", true));
      }
      case DOCUMENT -> Answer.json(context.response(), 200, document);
    }
  }

  private static JsonObject session(Access access) {
    Principal who = access.who();
    return new JsonObject()
        .put("v", 1)
        .put("ok", true)
        .put("name", who.name())
        .put("role", who.role().word())
        .put("apps", new JsonArray(who.apps().stream().sorted().toList()))
        .put(
            "may",
            new JsonArray(
                Arrays.stream(ApiRoute.values())
                    .filter(route -> who.may(route.needs()))
                    .map(ApiRoute::operation)
                    .toList()));
  }
}
