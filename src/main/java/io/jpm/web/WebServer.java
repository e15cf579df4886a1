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

/// The HTTP server while it is open, with its chain of request handlers. Confined to the event loop
/// that opened it.
final class WebServer {
  /// The maximum number of connections.
  static final int MOST_CONNECTIONS = 128;

  private static final Logger LOG = System.getLogger("jpm.web");
  private static final int MOST_HEAD = 16 << 10;
  private static final int MOST_LINE = 4 << 10;

  /// The size of the send buffer of a connection, in bytes; the kernel doubles this value. Without
  /// this setting, the buffer would grow to megabytes. The kernel reports that a client has read
  /// only when a third of the buffer is free again, so a client that reads slowly would look like
  /// one that does not read.
  private static final int SEND_BUFFER = 64 << 10;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration HEART = Duration.ofSeconds(2);

  /// The time that clients have to read their last response when the server closes.
  private static final Duration FAREWELL = Duration.ofMillis(500);

  private final Vertx vertx;
  private final HttpServer server;
  private final WebAddress address;
  private final SessionFile sessionFile;
  private final BrowserSessions browserSessions;
  private final RefusalLog refusals;
  private final ConnectionLimiter connectionLimiter;
  private Supplier<Future<Void>> ending = Future::succeededFuture;

  private WebServer(Vertx vertx, WebContext daemon, WebAddress address) {
    this.vertx = vertx;
    this.address = address;
    this.sessionFile = new SessionFile(vertx, daemon.home());
    this.browserSessions =
        new BrowserSessions(daemon.nanoTime(), daemon.clock(), sessionFile::write);
    this.refusals = new RefusalLog(vertx, LOG);
    this.connectionLimiter =
        new ConnectionLimiter(
            vertx, MOST_CONNECTIONS, PATIENCE, daemon.limits().slowPeerTimeout(), refusals);
    this.server = vertx.createHttpServer(options());
  }

  /// Returns the options of the server. HTTP/2 is disabled, because Vert.x would otherwise report a
  /// connection only after the client has shown which version it uses. WebSocket compression is
  /// disabled, because its Netty handler throws an exception at the 129th pipelined request.
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

  /// Opens the server. Fails with a message for the user if the address cannot be bound.
  static Future<WebServer> open(Vertx vertx, WebContext daemon, WebAddress address) {
    var opened = new WebServer(vertx, daemon, address);
    Router router = Router.router(vertx);
    return opened
        .sessionFile
        .read()
        .compose(known -> {
          opened.browserSessions.restore(known);
          return opened.listen(router);
        })
        .map(_ -> {
          opened.mountHandlers(router, daemon);
          return opened;
        });
  }

  private Future<HttpServer> listen(Router router) {
    return server
        .connectionHandler(connectionLimiter::connectionOpened)
        .requestHandler(router)
        .exceptionHandler(failure -> LOG.log(Level.DEBUG, "web: a connection failed", failure))
        .listen(address.port(), address.host())
        .recover(failure ->
            Future.failedFuture(
                "web: cannot listen on %s:%d (%s): free that port, or choose another with jpm web --port N"
                    .formatted(address.inUrl(), address.port(), failure.getMessage())));
  }

  /// Returns the base URL of the server.
  String url() {
    return "http://%s:%d".formatted(address.inUrl(), server.actualPort());
  }

  /// Returns a link with which a browser can log in once.
  String loginLink() {
    return url() + "/login?code=" + browserSessions.newCode();
  }

  /// Stops listening and closes all connections after their pending data has been sent, which takes
  /// at most half a second.
  Future<Void> close() {
    long abort = vertx.setTimer(FAREWELL.toMillis(), _ -> connectionLimiter.abortAll());
    return server
        .close()
        .eventually(ending)
        .eventually(sessionFile::flush)
        .eventually(() -> {
          vertx.cancelTimer(abort);
          refusals.flushCount();
          return Future.succeededFuture();
        });
  }

  /// Mounts the handlers. No client can have connected before, because this method runs on the
  /// event loop that accepts connections.
  private void mountHandlers(Router router, WebContext daemon) {
    var buckets = new RequestBuckets(daemon.limits().requestsPerSecond(), daemon.nanoTime());
    var requestAuthenticator =
        new RequestAuthenticator(
            daemon.tokens(),
            browserSessions,
            server.actualPort(),
            buckets,
            refusals,
            connectionLimiter);
    router.route().handler(connectionLimiter::requestStarted);
    router.route().handler(requestAuthenticator::checkOrigin);
    router.route(HttpMethod.GET, "/healthz").handler(this::health);
    router.route(HttpMethod.GET, "/login").handler(context -> logIn(context, requestAuthenticator));
    var dashboard = new Dashboard(vertx);
    dashboard.mountForBrowsers(router, requestAuthenticator);
    var tickets = new Tickets(daemon.nanoTime());
    var download = new LogDownload(vertx, tickets);
    router
        .route(HttpMethod.GET, Tickets.BASE + ":ticket")
        .handler(context -> download.byTicket(context, requestAuthenticator));
    router.route().handler(requestAuthenticator::authenticate);
    var routes = new ApiRouter(vertx, daemon, requestAuthenticator, download);
    routes.mount(router);
    dashboard.mount(router);
    var pageRoutes = new PageRoutes(vertx, daemon);
    pageRoutes.mount(router);
    ending = () -> routes.end().eventually(pageRoutes::end);
    router.errorHandler(
        404,
        context ->
            sendError(
                context,
                404,
                "not_found",
                "no such path: see /api/v1/openapi.json for the paths of the API"));
    router.errorHandler(
        405,
        context -> sendError(context, 405, "invalid", "the path does not support this method"));
    router.errorHandler(
        400, context -> sendError(context, 400, "invalid", "the request is not valid"));
    router.errorHandler(500, this::broken);
  }

  /// Logs a browser in. The secret of the page is in the fragment of the URL, which browsers never
  /// send to a server.
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
            () -> requestAuthenticator.reject(context, "its login link is not valid"));
  }

  /// Responds with whether God answers the daemon's pings. No other information is available
  /// without authentication.
  private void health(RoutingContext context) {
    vertx
        .eventBus()
        .<HeartbeatReply>request(
            Addresses.HEARTBEAT_COMMAND,
            new HeartbeatCommand.GetStatus(),
            new DeliveryOptions().setSendTimeout(HEART.toMillis()))
        .map(reply -> reply.body().consecutiveMisses() == 0)
        .otherwise(false)
        .onSuccess(well -> {
          context
              .response()
              .setStatusCode(well ? 200 : 503)
              .putHeader("Content-Type", "text/plain; charset=utf-8");
          JsonResponse.end(context.response(), well ? "ok\n" : "unwell\n");
        });
  }

  private static void sendError(RoutingContext context, int status, String code, String problem) {
    if (!context.response().headWritten()) {
      Bodies.leaveUnread(context);
      JsonResponse.failed(context.response(), status, code, problem);
    }
  }

  private void broken(RoutingContext context) {
    LOG.log(Level.ERROR, "web: a request failed: " + context.request().path(), context.failure());
    sendError(context, 500, "failed", "internal error; see the daemon's log");
  }
}
