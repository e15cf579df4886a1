package io.jpm.web;

import io.jpm.model.Role;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandVerb;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Locale;
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
  USAGE_STREAM(
      HttpMethod.GET,
      "/usage/stream",
      "What apps and the machine use, every second, as server-sent events."),
  LIVE_STREAM(
      HttpMethod.GET,
      "/live/stream",
      "What a page shows, in one stream of server-sent events: instances and what changes in them, usage, events; these with Last-Event-ID (or after) first all since then."),
  SESSION(
      HttpMethod.GET,
      "/session",
      "Who asks, and what they may do: the operations of this document that their role allows."),
  LOG_OUT(HttpMethod.DELETE, "/session", "End the browser's session."),
  DOCUMENT(HttpMethod.GET, "/openapi.json", "This document.");

  /// Where all of them begin.
  static final String BASE = "/api/v1";

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
    return switch (this) {
      case DESCRIBE, START, STOP, RESTART, RELOAD, RESET, SIGNAL, MESSAGE, TRIGGER, DELETE, LOGS ->
          Optional.of(CommandKey.TARGETS);
      case TYPE -> Optional.of(CommandKey.TARGET);
      case PING,
          LIST,
          START_APPS,
          SCALE,
          PLAN,
          APPLY,
          SAVE,
          RESURRECT,
          EVENTS,
          EVENTS_STREAM,
          LINES_STREAM,
          DOWNLOAD,
          USAGE_STREAM,
          LIVE_STREAM,
          SESSION,
          LOG_OUT,
          DOCUMENT ->
          Optional.empty();
    };
  }

  /// The keys of the request that stand in the query of a GET, or in the body of a POST.
  List<CommandKey> asked() {
    return switch (this) {
      // What is in the list is started by its name, what is described by the body of another route.
      case START -> List.of();
      case START_APPS ->
          CommandVerb.START.keys().stream().filter(key -> key != CommandKey.TARGETS).toList();
      case LIST -> List.of();
      case EVENTS_STREAM -> List.of(CommandKey.AFTER, CommandKey.APP_NAME);
      case LIVE_STREAM -> List.of(CommandKey.AFTER);
      case DOWNLOAD -> List.of(CommandKey.STREAM, CommandKey.TARGET);
      case PING,
          DESCRIBE,
          STOP,
          RESTART,
          RELOAD,
          RESET,
          SIGNAL,
          MESSAGE,
          TYPE,
          TRIGGER,
          DELETE,
          SCALE,
          PLAN,
          APPLY,
          SAVE,
          RESURRECT,
          EVENTS,
          LOGS,
          LINES_STREAM,
          USAGE_STREAM,
          SESSION,
          LOG_OUT,
          DOCUMENT ->
          verb.map(CommandVerb::keys).orElse(List.of()).stream()
              .filter(key -> !inPath().equals(Optional.of(key)))
              .toList();
    };
  }

  /// The keys without which the request is not understood.
  List<CommandKey> required() {
    return switch (this) {
      case SIGNAL -> List.of(CommandKey.SIGNAL);
      case MESSAGE -> List.of(CommandKey.MESSAGE);
      case TYPE -> List.of(CommandKey.LINE);
      case TRIGGER -> List.of(CommandKey.ACTION);
      case SCALE -> List.of(CommandKey.TARGET);
      case START_APPS, PLAN, APPLY -> List.of(CommandKey.CWD);
      case PING,
          LIST,
          DESCRIBE,
          START,
          STOP,
          RESTART,
          RELOAD,
          RESET,
          DELETE,
          SAVE,
          RESURRECT,
          EVENTS,
          EVENTS_STREAM,
          LOGS,
          LINES_STREAM,
          DOWNLOAD,
          USAGE_STREAM,
          LIVE_STREAM,
          SESSION,
          LOG_OUT,
          DOCUMENT ->
          List.of();
    };
  }

  /// What is sent back where it succeeds.
  String mediaType() {
    return switch (this) {
      case EVENTS_STREAM, LINES_STREAM, USAGE_STREAM, LIVE_STREAM -> "text/event-stream";
      case DOWNLOAD -> "text/plain";
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
          LOGS,
          SESSION,
          LOG_OUT,
          DOCUMENT ->
          "application/json";
    };
  }
}
