package io.jpm.web;

import io.jpm.model.access.Role;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandVerb;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The routes of the API, relative to [#BASE]. The server's routing table and the OpenAPI document
/// ([OpenApi]) are generated from this enum.
///
/// In a path, `:target` has the same values as in `jpm.command`: an id, a name, a namespace, `all`
/// or `/regex/`. `:app` is the name of an app.
enum ApiRoute {
  PING(HttpMethod.GET, "/ping", CommandVerb.PING, "Show the version, pid and home of the daemon."),
  LIST(HttpMethod.GET, "/instances", CommandVerb.LIST, "List all instances."),
  DESCRIBE(
      HttpMethod.GET,
      "/instances/:target",
      CommandVerb.DESCRIBE,
      "Show instances with all settings of their app; secrets are masked."),
  START(
      HttpMethod.POST,
      "/instances/:target/start",
      CommandVerb.START,
      "Start instances that are in the list."),
  STOP(
      HttpMethod.POST,
      "/instances/:target/stop",
      CommandVerb.STOP,
      "Stop instances but keep them in the list."),
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
      "Send a signal to the main processes of instances."),
  MESSAGE(
      HttpMethod.POST,
      "/instances/:target/message",
      CommandVerb.MESSAGE,
      "Send a message to instances over their IPC channel."),
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
      "Start the apps in the body, which has the format of a process file."),
  SCALE(HttpMethod.POST, "/scale", CommandVerb.SCALE, "Change the number of instances of an app."),
  PLAN(HttpMethod.POST, "/plan", CommandVerb.PLAN, "Show the changes that apply would make."),
  APPLY(
      HttpMethod.POST,
      "/apply",
      CommandVerb.APPLY,
      "Change the apps to match the process file in the request body."),
  SAVE(HttpMethod.POST, "/save", CommandVerb.SAVE, "Save the list of apps for resurrect."),
  RESURRECT(
      HttpMethod.POST, "/resurrect", CommandVerb.RESURRECT, "Start the apps in the saved list."),
  EVENTS(HttpMethod.GET, "/events", CommandVerb.EVENTS, "List past events."),
  EVENTS_STREAM(
      HttpMethod.GET,
      "/events/stream",
      "Stream new events as server-sent events; past events after Last-Event-ID (or the"
          + " parameter after) come first."),
  LOGS(HttpMethod.GET, "/logs/:target", CommandVerb.LOGS, "Show the last log lines of instances."),
  LINES_STREAM(
      HttpMethod.GET, "/logs/:app/stream", "Stream new log lines of an app as server-sent events."),
  DOWNLOAD(
      HttpMethod.GET, "/logs/:app/download", "Download the current content of an app's log file."),
  TICKET(
      HttpMethod.POST,
      "/logs/:app/ticket",
      "Create a path from which a browser can download a log file once, within 30 seconds."),
  USAGE_STREAM(
      HttpMethod.GET,
      "/usage/stream",
      "Stream the resource usage of apps and of the machine every second as server-sent events."),
  LIVE_STREAM(
      HttpMethod.GET,
      "/live/stream",
      "Stream all data that the dashboard shows as server-sent events: instances and their changes,"
          + " usage, events; past events after Last-Event-ID (or the parameter after) come first."),
  SESSION(
      HttpMethod.GET,
      "/session",
      "Show the authenticated sender and the operations in this document that its role permits."),
  LOG_OUT(HttpMethod.DELETE, "/session", "Log out the browser and end its session."),
  DOCUMENT(HttpMethod.GET, "/openapi.json", "Show this document.");

  /// The path prefix of all routes.
  static final String BASE = "/api/v1";

  /// The request keys of routes that have no verb or that accept only some keys of their verb.
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
