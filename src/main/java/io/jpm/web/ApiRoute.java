package io.jpm.web;

import io.jpm.model.access.Role;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandVerb;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Every route of the API, below [#BASE]. The server's routes and the document that describes them
/// ([OpenApi]) are both made of this list.
///
/// In a path, `:target` is what a target of `jpm.command` is: an id, a name, a namespace, `all` or
/// `/regex/`; `:app` is an app's name.
enum ApiRoute {
  PING(HttpMethod.GET, "/ping", CommandVerb.PING, "Version, pid and home of the daemon."),
  LIST(HttpMethod.GET, "/instances", CommandVerb.LIST, "All instances."),
  DESCRIBE(
      HttpMethod.GET,
      "/instances/:target",
      CommandVerb.DESCRIBE,
      "Instances with all that describes their app, secrets masked."),
  START(
      HttpMethod.POST,
      "/instances/:target/start",
      CommandVerb.START,
      "Start what is in the list already."),
  STOP(HttpMethod.POST, "/instances/:target/stop", CommandVerb.STOP, "Stop, and keep in the list."),
  RESTART(HttpMethod.POST, "/instances/:target/restart", CommandVerb.RESTART, "Stop and start."),
  RELOAD(
      HttpMethod.POST,
      "/instances/:target/reload",
      CommandVerb.RELOAD,
      "Replace processes without a gap."),
  RESET(HttpMethod.POST, "/instances/:target/reset", CommandVerb.RESET, "Count restarts anew."),
  SIGNAL(
      HttpMethod.POST, "/instances/:target/signal", CommandVerb.SIGNAL, "Signal main processes."),
  MESSAGE(
      HttpMethod.POST,
      "/instances/:target/message",
      CommandVerb.MESSAGE,
      "Put a value into the channel."),
  TYPE(
      HttpMethod.POST,
      "/instances/:target/type",
      CommandVerb.TYPE,
      "Write a line to the standard input of one instance."),
  TRIGGER(
      HttpMethod.POST,
      "/instances/:target/trigger",
      CommandVerb.TRIGGER,
      "Have an app do what it has offered to do."),
  DELETE(HttpMethod.DELETE, "/instances/:target", CommandVerb.DELETE, "Stop and forget."),
  START_APPS(
      HttpMethod.POST,
      "/apps",
      CommandVerb.START,
      "Start apps that the body describes as a process file does; needs the role admin."),
  SCALE(HttpMethod.POST, "/scale", CommandVerb.SCALE, "Have more or fewer instances of an app."),
  PLAN(HttpMethod.POST, "/plan", CommandVerb.PLAN, "What apply would do."),
  APPLY(HttpMethod.POST, "/apply", CommandVerb.APPLY, "Have apps be as the body describes them."),
  SAVE(HttpMethod.POST, "/save", CommandVerb.SAVE, "Remember the list for resurrect."),
  RESURRECT(
      HttpMethod.POST, "/resurrect", CommandVerb.RESURRECT, "Bring back the list that was saved."),
  EVENTS(HttpMethod.GET, "/events", CommandVerb.EVENTS, "What has happened."),
  EVENTS_STREAM(
      HttpMethod.GET,
      "/events/stream",
      "What happens, as server-sent events; with Last-Event-ID (or after) first all since then."),
  LOGS(
      HttpMethod.GET,
      "/logs/:target",
      CommandVerb.LOGS,
      "The last lines of what instances have printed."),
  LINES_STREAM(
      HttpMethod.GET,
      "/logs/:app/stream",
      "What an app prints from now on, as server-sent events."),
  DOWNLOAD(HttpMethod.GET, "/logs/:app/download", "A log file of an app as it is now."),
  TICKET(
      HttpMethod.POST,
      "/logs/:app/ticket",
      "A path from which a browser downloads a log file, once, within 30 seconds."),
  USAGE_STREAM(
      HttpMethod.GET,
      "/usage/stream",
      "What apps and the machine use, every second, as server-sent events."),
  LIVE_STREAM(
      HttpMethod.GET,
      "/live/stream",
      "What a page shows, in one stream of server-sent events: instances and what changes in them,"
          + " usage, events; these with Last-Event-ID (or after) first all since then."),
  SESSION(
      HttpMethod.GET,
      "/session",
      "Who asks, and what they may do: the operations of this document that their role allows."),
  LOG_OUT(HttpMethod.DELETE, "/session", "End the browser's session."),
  DOCUMENT(HttpMethod.GET, "/openapi.json", "This document.");

  /// Where all of them begin.
  static final String BASE = "/api/v1";

  /// Of routes that have not all keys of their verb, or have none.
  private static final Map<ApiRoute, List<CommandKey>> ASKED =
      Map.of(
          // What is in the list is started by its name, what is described by another route.
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

  @SuppressWarnings("ImmutableEnumChecker") // Vert.x's constants are not to be changed.
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

  /// Below [#BASE], with the names of parameters behind colons.
  String path() {
    return path;
  }

  /// What is asked of `jpm.command`; empty: it is answered here.
  Optional<CommandVerb> verb() {
    return verb;
  }

  String summary() {
    return summary;
  }

  /// What it is called in the document.
  String operation() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The least role that it takes.
  Role needs() {
    return this == START_APPS ? Role.ADMIN : verb.map(CommandVerb::needs).orElse(Role.READ);
  }

  /// The key of the request that the path gives.
  Optional<CommandKey> inPath() {
    return verb.filter(_ -> path.contains(":target"))
        .map(asked ->
            asked.keys().contains(CommandKey.TARGETS) ? CommandKey.TARGETS : CommandKey.TARGET);
  }

  /// The keys of the request that stand in the query of a GET, or in the body of a POST.
  List<CommandKey> asked() {
    List<CommandKey> special = ASKED.get(this);
    return special != null
        ? special
        : verb.map(CommandVerb::keys).orElse(List.of()).stream()
            .filter(key -> key != CommandKey.TARGETS && !inPath().equals(Optional.of(key)))
            .toList();
  }

  /// The keys without which the request is not understood.
  List<CommandKey> required() {
    return REQUIRED.getOrDefault(this, List.of());
  }

  /// What is sent back where it succeeds.
  String mediaType() {
    if (path.endsWith("/stream")) {
      return "text/event-stream";
    }
    return this == DOWNLOAD ? "text/plain" : "application/json";
  }
}
