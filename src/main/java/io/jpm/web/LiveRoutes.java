package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandKey;
import io.jpm.wire.CommandReply.Code;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/// Handles the routes for streams and for downloads of log files. A client whose access is limited
/// to some apps receives only the data of those apps. An invalid request fails with
/// [CommandRoutes.BadRequestException].
final class LiveRoutes {
  /// The maximum number of streams of all clients together.
  static final int MAX_STREAMS = 64;

  /// The maximum number of streams that were requested with issued tokens.
  static final int MOST_FEEDS_OF_ISSUED = MAX_STREAMS - MAX_STREAMS / 4;

  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  private final Vertx vertx;
  private final RequestAuthenticator requestAuthenticator;
  private final LineStreamer lines;
  private final UsageStreamer usage;
  private final InstanceStreamer instances;
  private final LogDownload download;
  private final Set<SseStream> feeds = new HashSet<>();
  private final MessageConsumer<TokenRevoked> rights;
  private final Set<SseStream> feedsOfIssued = new HashSet<>();

  LiveRoutes(Vertx vertx, RequestAuthenticator requestAuthenticator, LogDownload download) {
    this.vertx = vertx;
    this.requestAuthenticator = requestAuthenticator;
    this.lines = new LineStreamer(vertx);
    this.usage = new UsageStreamer(vertx);
    this.instances = new InstanceStreamer(vertx);
    this.download = download;
    this.rights =
        vertx.eventBus().consumer(Addresses.TOKEN_REVOKED, message -> ended(message.body()));
  }

  /// Ends the streams and invalidates the download tickets of a token that was revoked.
  private void ended(TokenRevoked token) {
    checkRights();
    if (token.digest().isEmpty()) {
      download.forget(token.name());
    }
  }

  private void checkRights() {
    List.copyOf(feeds).forEach(SseStream::checkAccess);
  }

  /// Streams the resource usage of apps.
  void usage(RoutingContext context) {
    CommandRoutes.query(context, ApiRoute.USAGE_STREAM.requestKeys());
    feed(context)
        .ifPresent(
            sseStream -> usage.start(sseStream, AuthenticatedCaller.of(context).principal()));
  }

  /// Streams the output of an app.
  void lines(RoutingContext context) {
    CommandRoutes.query(context, ApiRoute.LINES_STREAM.requestKeys());
    String app = JsonResponse.inPath(context, "app");
    if (requireAccess(context, app)) {
      feed(context).ifPresent(sseStream -> lines.start(sseStream, app));
    }
  }

  /// Ends all streams because the server is closing.
  Future<Void> end() {
    usage.end();
    instances.end();
    return rights.unregister().eventually(lines::end);
  }

  /// Streams events.
  void events(RoutingContext context) {
    JsonObject query = CommandRoutes.query(context, ApiRoute.EVENTS_STREAM.requestKeys());
    Optional<String> app = Optional.ofNullable(query.getString(CommandKey.APP_NAME.keyword()));
    OptionalLong after = after(context, query);
    if (app.isEmpty() || requireAccess(context, app.get())) {
      feed(context)
          .ifPresent(sseStream ->
              EventStreamer.start(vertx, sseStream, AuthenticatedCaller.of(context), app, after));
    }
  }

  /// Streams everything that the dashboard displays about all apps: the list of instances and its
  /// changes, usage and events. A single stream is used because a browser opens at most six
  /// connections to a server.
  void page(RoutingContext context) {
    OptionalLong after =
        after(context, CommandRoutes.query(context, ApiRoute.LIVE_STREAM.requestKeys()));
    AuthenticatedCaller authenticatedCaller = AuthenticatedCaller.of(context);
    feed(context)
        .ifPresent(sseStream -> {
          instances.start(sseStream, authenticatedCaller.principal());
          usage.start(sseStream, authenticatedCaller.principal());
          EventStreamer.start(vertx, sseStream, authenticatedCaller, Optional.empty(), after);
        });
  }

  /// Returns the sequence number of the last event that the client has received. The header, which
  /// a browser sends when it reconnects, takes precedence over the parameter in the URL because it
  /// is newer.
  private static OptionalLong after(RoutingContext context, JsonObject query) {
    String resumed = context.request().getHeader("Last-Event-ID");
    if (resumed != null && !NUMBER.matcher(resumed).matches()) {
      throw new CommandRoutes.BadRequestException(
          "Last-Event-ID: must be the id of an event, which is a number");
    }
    Long after =
        resumed != null ? Long.valueOf(resumed) : query.getLong(CommandKey.AFTER.keyword());
    return after == null ? OptionalLong.empty() : OptionalLong.of(after);
  }

  /// Sends a log file.
  void download(RoutingContext context) {
    JsonObject query = CommandRoutes.query(context, ApiRoute.DOWNLOAD.requestKeys());
    download.send(context, wanted(context, query));
  }

  /// Issues a ticket for the download of a log file.
  void ticket(RoutingContext context, Buffer bytes) {
    var logFileRequest =
        wanted(context, CommandRoutes.body(context, ApiRoute.TICKET.requestKeys(), bytes));
    if (requireAccess(context, logFileRequest.app())) {
      JsonResponse.json(
          context.response(),
          200,
          new JsonObject()
              .put("v", 1)
              .put("ok", true)
              .put("path", download.ticket(AuthenticatedCaller.of(context), logFileRequest)));
    }
  }

  /// Ends the streams and invalidates the download tickets of a session that was logged out.
  void loggedOut(AuthenticatedCaller authenticatedCaller) {
    checkRights();
    download.forget(authenticatedCaller.principal().name());
  }

  private static LogDownload.LogFileRequest wanted(RoutingContext context, JsonObject asked) {
    Object stream = asked.getValue(CommandKey.STREAM.keyword(), "out");
    if (!stream.equals("out") && !stream.equals("err")) {
      throw new CommandRoutes.BadRequestException("stream: must be out or err");
    }
    Object target = asked.getValue(CommandKey.TARGET.keyword());
    if (target != null && !(target instanceof String)) {
      throw new CommandRoutes.BadRequestException(
          "target: must be the id of an instance, as a string");
    }
    return new LogDownload.LogFileRequest(
        JsonResponse.inPath(context, "app"),
        stream.equals("err"),
        Optional.ofNullable(target).map(String.class::cast));
  }

  private static boolean requireAccess(RoutingContext context, String app) {
    boolean may = AuthenticatedCaller.of(context).principal().canAccess(app);
    if (!may) {
      JsonResponse.failed(
          context.response(),
          404,
          Code.NOT_FOUND.keyword(),
          "no app matches \"%s\"".formatted(app));
    }
    return may;
  }

  private Optional<SseStream> feed(RoutingContext context) {
    boolean issued = !AuthenticatedCaller.of(context).principal().equals(Principal.OWNER);
    if (feeds.size() >= MAX_STREAMS || (issued && feedsOfIssued.size() >= MOST_FEEDS_OF_ISSUED)) {
      JsonResponse.failed(
          context.response(),
          503,
          "too_many",
          "%d streams%s are already open: close one and try again"
              .formatted(
                  issued ? feedsOfIssued.size() : feeds.size(),
                  issued ? " with issued tokens" : ""));
      return Optional.empty();
    }
    var sseStream = new SseStream(vertx, context, requestAuthenticator);
    feeds.add(sseStream);
    if (issued) {
      feedsOfIssued.add(sseStream);
    }
    sseStream.onClose(() -> {
      feeds.remove(sseStream);
      feedsOfIssued.remove(sseStream);
    });
    return Optional.of(sseStream);
  }
}
