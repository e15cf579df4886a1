package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/// The server while it listens, and the order in which a request passes. Owned by the event loop
/// that has opened it.
final class WebServer {
  /// How many connections at a time.
  static final int MOST_CONNECTIONS = 128;

  private static final Logger LOG = System.getLogger("jpm.web");
  private static final int MOST_HEAD = 16 << 10;
  private static final int MOST_LINE = 4 << 10;

  /// How much the kernel keeps for a client, in bytes, half of what it may be. It would let this
  /// grow to megabytes, and says that a client has read something only when a third is free again:
  /// one that reads slowly would look like one that does not.
  private static final int SEND_BUFFER = 64 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration HEART = Duration.ofSeconds(2);

  /// For clients that do not take their last answer when the server ends.
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private final Vertx vertx;
  private final HttpServer server;
  private final WebAddress address;
  private final SessionFile sessionFile;
  private final Sessions sessions;
  private final RefusalLog refusals;
  private final Connections connections;
  private Supplier<Future<Void>> ending = Future::succeededFuture;

  private WebServer(Vertx vertx, WebContext daemon, WebAddress address) {
    this.vertx = vertx;
    this.address = address;
    this.sessionFile = new SessionFile(vertx, daemon.home());
    this.sessions = new Sessions(daemon.nanoTime(), daemon.clock(), sessionFile::write);
    this.refusals = new RefusalLog(vertx, LOG);
    this.connections =
        new Connections(
            vertx, MOST_CONNECTIONS, PATIENCE, daemon.limits().slowPeerTimeout(), refusals);
    this.server = vertx.createHttpServer(options());
  }

  /// HTTP/2 is left out: until it is clear that a client does not speak it, nobody would know of
  /// the connection. So are WebSockets, whose part of Netty throws at the 129th request that
  /// somebody sends ahead.
  static HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxHeaderSize(MOST_HEAD)
        .setMaxInitialLineLength(MOST_LINE)
        .setHttp2ClearTextEnabled(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setSendBufferSize(SEND_BUFFER)
        .setIdleTimeout((int) IDLE.toSeconds());
  }

  /// Listens; fails with a sentence where that cannot be.
  static Future<WebServer> open(Vertx vertx, WebContext daemon, WebAddress address) {
    var opened = new WebServer(vertx, daemon, address);
    Router router = Router.router(vertx);
    return opened
        .sessionFile
        .read()
        .compose(known -> {
          opened.sessions.restore(known);
          return opened.listen(router);
        })
        .map(_ -> {
          opened.furnish(router, daemon);
          return opened;
        });
  }

  private Future<HttpServer> listen(Router router) {
    return server
        .connectionHandler(connections::opened)
        .requestHandler(router)
        .exceptionHandler(failure -> LOG.log(Level.DEBUG, "web: a connection failed", failure))
        .listen(address.port(), address.host())
        .recover(failure ->
            Future.failedFuture(
                "web: cannot listen on %s:%d (%s): free that port, or choose another with jpm web --port N"
                    .formatted(address.inUrl(), address.port(), failure.getMessage())));
  }

  /// Where it listens.
  String url() {
    return "http://%s:%d".formatted(address.inUrl(), server.actualPort());
  }

  /// A link by which one browser can log in, once.
  String loginLink() {
    return url() + "/login?code=" + sessions.newCode();
  }

  /// Closes the door and every connection, once what waits is sent, for half a second at most.
  Future<Void> close() {
    long abort = vertx.setTimer(FAREWELL.toMillis(), _ -> connections.abortAll());
    return server
        .close()
        .eventually(ending)
        .eventually(sessionFile::written)
        .eventually(() -> {
          vertx.cancelTimer(abort);
          refusals.endOfSecond();
          return Future.succeededFuture();
        });
  }

  /// Nobody can have connected before: this runs on the loop that accepts.
  private void furnish(Router router, WebContext daemon) {
    var buckets = new RequestBuckets(daemon.limits().requestsPerSecond(), daemon.nanoTime());
    var requestAuthenticator =
        new RequestAuthenticator(
            daemon.tokens(), sessions, server.actualPort(), buckets, refusals, connections);
    router.route().handler(connections::began);
    router.route().handler(requestAuthenticator::greet);
    router.route(HttpMethod.GET, "/healthz").handler(this::health);
    router.route(HttpMethod.GET, "/login").handler(context -> logIn(context, requestAuthenticator));
    var dashboard = new Dashboard(vertx);
    dashboard.furnishForBrowsers(router, requestAuthenticator);
    var tickets = new Tickets(daemon.nanoTime());
    var download = new LogDownload(vertx, tickets);
    router
        .route(HttpMethod.GET, Tickets.BASE + ":ticket")
        .handler(context -> download.byTicket(context, requestAuthenticator));
    router.route().handler(requestAuthenticator::admit);
    var routes = new Api(vertx, daemon, requestAuthenticator, download);
    routes.furnish(router);
    dashboard.furnish(router);
    var pageRoutes = new PageRoutes(vertx, daemon);
    pageRoutes.furnish(router);
    ending = () -> routes.end().eventually(pageRoutes::end);
    router.errorHandler(404, context -> wrong(context, 404, "not_found", "there is no such page"));
    router.errorHandler(
        405, context -> wrong(context, 405, "invalid", "this path takes no such method"));
    router.errorHandler(400, context -> wrong(context, 400, "invalid", "not understood"));
    router.errorHandler(500, this::broken);
  }

  /// The secret of the page stands behind `#`, which no browser sends to any server.
  private static void logIn(RoutingContext context, RequestAuthenticator requestAuthenticator) {
    String code = context.request().getParam("code", "");
    requestAuthenticator
        .logIn(context.response(), code)
        .ifPresentOrElse(
            secret -> {
              Bodies.leaveUnread(context);
              context.response().setStatusCode(303).putHeader("Location", "/#s=" + secret);
              JsonResponse.end(context.response(), "");
            },
            () -> requestAuthenticator.turnAway(context, "its login link does not hold"));
  }

  /// Whether God answers the daemon's pings: all that is told to anybody.
  private void health(RoutingContext context) {
    vertx
        .eventBus()
        .<HeartbeatReply>request(
            Addresses.HEARTBEAT_COMMAND,
            new HeartbeatCommand.Ask(),
            new DeliveryOptions().setSendTimeout(HEART.toMillis()))
        .map(reply -> reply.body().missing() == 0)
        .otherwise(false)
        .onSuccess(well -> {
          context
              .response()
              .setStatusCode(well ? 200 : 503)
              .putHeader("Content-Type", "text/plain; charset=utf-8");
          JsonResponse.end(context.response(), well ? "ok\n" : "unwell\n");
        });
  }

  private static void wrong(RoutingContext context, int status, String code, String problem) {
    if (!context.response().headWritten()) {
      Bodies.leaveUnread(context);
      JsonResponse.failed(context.response(), status, code, problem);
    }
  }

  private void broken(RoutingContext context) {
    LOG.log(Level.ERROR, "web: a request failed: " + context.request().path(), context.failure());
    wrong(context, 500, "failed", "internal error; see the daemon's log");
  }
}
