package io.jpm.web;

import io.jpm.model.access.Role;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandVerb;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The routes of the API, relative to [#BASE]. Both the server's routing table and its description
/// ([OpenApi]) are generated from this enum.
///
/// In a path, `:target` is a target as in `jpm.command`: an id, a name, a namespace, `all` or
/// `/regex/`. `:app` is the name of an app.
enum ApiRoute {
  PING(HttpMethod.GET, "/ping", CommandVerb.PING, "Version, pid and home of the daemon."),
  LIST(HttpMethod.GET, "/instances", CommandVerb.LIST, "All instances."),
  DESCRIBE(
      HttpMethod.GET,
      "/instances/:target",
      CommandVerb.DESCRIBE,
      "Instances with the complete description of their app; secrets are masked."),
  START(
      HttpMethod.POST,
      "/instances/:target/start",
      CommandVerb.START,
      "Start instances that are in the list."),
  STOP(
      HttpMethod.POST,
      "/instances/:target/stop",
      CommandVerb.STOP,
      "Stop instances, which stay in the list."),
  RESTART(
      HttpMethod.POST,
      "/instances/:target/restart",
      CommandVerb.RESTART,
      "Stop and start instances."),
  RELOAD(
      HttpMethod.POST,
      "/instances/:target/reload",
      CommandVerb.RELOAD,
      "Replace processes without downtime."),
  RESET(
      HttpMethod.POST,
      "/instances/:target/reset",
      CommandVerb.RESET,
      "Reset the restart counters."),
  SIGNAL(
      HttpMethod.POST,
      "/instances/:target/signal",
      CommandVerb.SIGNAL,
      "Send a signal to main processes."),
  MESSAGE(
      HttpMethod.POST,
      "/instances/:target/message",
      CommandVerb.MESSAGE,
      "Send a message over the IPC channel."),
  TYPE(
      HttpMethod.POST,
      "/instances/:target/type",
      CommandVerb.TYPE,
      "Write a line to the standard input of one instance."),
  TRIGGER(
      HttpMethod.POST,
      "/instances/:target/trigger",
      CommandVerb.TRIGGER,
      "Run a custom action of the app."),
  DELETE(
      HttpMethod.DELETE,
      "/instances/:target",
      CommandVerb.DELETE,
      "Stop instances and remove them from the list."),
  START_APPS(
      HttpMethod.POST,
      "/apps",
      CommandVerb.START,
      "Start the apps described in the body, which has the format of a process file."),
  SCALE(HttpMethod.POST, "/scale", CommandVerb.SCALE, "Change the number of instances of an app."),
  PLAN(HttpMethod.POST, "/plan", CommandVerb.PLAN, "Show what apply would do."),
  APPLY(HttpMethod.POST, "/apply", CommandVerb.APPLY, "Change apps so that they match the body."),
  SAVE(HttpMethod.POST, "/save", CommandVerb.SAVE, "Save the list of apps for resurrect."),
  RESURRECT(
      HttpMethod.POST, "/resurrect", CommandVerb.RESURRECT, "Start the apps of the saved list."),
  EVENTS(HttpMethod.GET, "/events", CommandVerb.EVENTS, "Past events."),
  EVENTS_STREAM(
      HttpMethod.GET,
      "/events/stream",
      "New events, as server-sent events; events after Last-Event-ID (or after) are sent first."),
  LOGS(HttpMethod.GET, "/logs/:target", CommandVerb.LOGS, "The last log lines of instances."),
  LINES_STREAM(
      HttpMethod.GET, "/logs/:app/stream", "New log lines of an app, as server-sent events."),
  DOWNLOAD(HttpMethod.GET, "/logs/:app/download", "The current content of a log file of an app."),
  TICKET(
      HttpMethod.POST,
      "/logs/:app/ticket",
      "A path from which a browser can download a log file once, within 30 seconds."),
  USAGE_STREAM(
      HttpMethod.GET,
      "/usage/stream",
      "Resource usage of apps and the machine, every second, as server-sent events."),
  LIVE_STREAM(
      HttpMethod.GET,
      "/live/stream",
      "All data of the dashboard in one stream of server-sent events: instances and their changes,"
          + " usage, events; past events after Last-Event-ID (or after) are sent first."),
  SESSION(
      HttpMethod.GET,
      "/session",
      "The sender of the request, and the operations in this document that its role permits."),
  LOG_OUT(HttpMethod.DELETE, "/session", "End the browser's session."),
  DOCUMENT(HttpMethod.GET, "/openapi.json", "This document.");

  /// The path prefix of all routes.
  static final String BASE = "/api/v1";

  /// The keys of routes that have no verb or that accept only some keys of their verb.
  private static final Map<ApiRoute, List<CommandKey>> ASKED =
      Map.of(
          // Starts only apps that are in the list, by name. New apps are started through
          // START_APPS.
          START, List.of(),
          EVENTS_STREAM, List.of(CommandKey.AFTER, CommandKey.APP_NAME),
          LIVE_STREAM, List.of(CommandKey.AFTER),
          DOWNLOAD, List.of(CommandKey.STREAM, CommandKey.TARGET),
          TICKET, List.of(CommandKey.STREAM, CommandKey.TARGET));

  private static final Map<ApiRoute, List<CommandKey>> REQUIRED =
      Map.of(
          SIGNAL, List.of(CommandKey.SIGNAL),
          MESSAGE, List.of(CommandKey.MESSAGE),
          TYPE, List.of(CommandKey.LINE),
          TRIGGER, List.of(CommandKey.ACTION),
          SCALE, List.of(CommandKey.TARGET),
          START_APPS, List.of(CommandKey.CWD),
          PLAN, List.of(CommandKey.CWD),
          APPLY, List.of(CommandKey.CWD));

  @SuppressWarnings("ImmutableEnumChecker") // HttpMethod constants are immutable
  private final HttpMethod method;

  private final String path;
  private final Optional<CommandVerb> verb;
  private final String summary;

  ApiRoute(HttpMethod method, String path, CommandVerb verb, String summary) {
    this.method = method;
    this.path = path;
    this.verb = Optional.of(verb);
    this.summary = summary;
  }

  ApiRoute(HttpMethod method, String path, String summary) {
    this.method = method;
    this.path = path;
    this.verb = Optional.empty();
    this.summary = summary;
  }

  HttpMethod method() {
    return method;
  }

  /// Returns the path relative to [#BASE], with parameters such as `:target`.
  String path() {
    return path;
  }

  /// Returns the verb of `jpm.command` that handles the route; empty if the HTTP server itself
  /// handles it.
  Optional<CommandVerb> verb() {
    return verb;
  }

  String summary() {
    return summary;
  }

  /// Returns the operation id in the OpenAPI document.
  String operation() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Returns the lowest role that is allowed to use the route.
  Role requiredRole() {
    return this == START_APPS ? Role.ADMIN : verb.map(CommandVerb::requiredRole).orElse(Role.READ);
  }

  /// Returns the request key whose value is taken from the path.
  Optional<CommandKey> pathKey() {
    return verb.filter(_ -> path.contains(":target"))
        .map(asked ->
            asked.keys().contains(CommandKey.TARGETS) ? CommandKey.TARGETS : CommandKey.TARGET);
  }

  /// Returns the keys that are allowed in the query of a GET request or in the body of a POST
  /// request.
  List<CommandKey> requestKeys() {
    List<CommandKey> special = ASKED.get(this);
    return special != null
        ? special
        : verb.map(CommandVerb::keys).orElse(List.of()).stream()
            .filter(key -> key != CommandKey.TARGETS && !pathKey().equals(Optional.of(key)))
            .toList();
  }

  /// Returns the keys that a request must contain.
  List<CommandKey> required() {
    return REQUIRED.getOrDefault(this, List.of());
  }

  /// Returns the media type of a successful response.
  String mediaType() {
    if (path.endsWith("/stream")) {
      return "text/event-stream";
    }
    return this == DOWNLOAD ? "text/plain" : "application/json";
  }
}
