package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.HeartbeatCommand;
import io.jpm.bus.HeartbeatReply;
import io.jpm.bus.RefusalLog;
import io.jpm.bus.RequestBuckets;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Supplier;

/// The server while it listens, and the order in which a request passes. Owned by the event loop
/// that has opened it.
final class WebServer {
  /// The largest body of a request, in bytes.
  static final int MOST_BODY = 1 << 20;

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
  /// the connection.
  static HttpServerOptions options() {
    return new HttpServerOptions()
        .setMaxHeaderSize(MOST_HEAD)
        .setMaxInitialLineLength(MOST_LINE)
        .setHttp2ClearTextEnabled(false)
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
    var doorman = new Doorman(daemon.tokens(), sessions, server.actualPort(), buckets, refusals);
    router.route().handler(connections::began);
    router.route().handler(doorman::greet);
    router.route(HttpMethod.GET, "/healthz").handler(this::health);
    router.route(HttpMethod.GET, "/login").handler(context -> logIn(context, doorman));
    router.route().handler(doorman::admit);
    router.route().handler(BodyHandler.create(false).setBodyLimit(MOST_BODY));
    var routes = new Api(vertx, daemon, doorman);
    routes.furnish(router);
    new Dashboard(vertx).furnish(router);
    var pages = new Pages(vertx, daemon);
    pages.furnish(router);
    ending = () -> routes.end().eventually(pages::end);
    router.errorHandler(404, context -> wrong(context, 404, "not_found", "there is no such page"));
    router.errorHandler(
        405, context -> wrong(context, 405, "invalid", "this path takes no such method"));
    router.errorHandler(413, context -> wrong(context, 413, "invalid", "a body has 1 MiB at most"));
    router.errorHandler(400, context -> wrong(context, 400, "invalid", "not understood"));
    router.errorHandler(500, this::broken);
  }

  private static void logIn(RoutingContext context, Doorman doorman) {
    String code = context.request().getParam("code", "");
    if (doorman.logIn(context.response(), code)) {
      context.response().setStatusCode(303).putHeader("Location", "/");
      Answer.end(context.response(), "");
    } else {
      doorman.turnAway(context, "its login link does not hold");
    }
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
          Answer.end(context.response(), well ? "ok\n" : "unwell\n");
        });
  }

  private static void wrong(RoutingContext context, int status, String code, String problem) {
    if (!context.response().headWritten()) {
      if (!context.request().isEnded()) {
        context.response().putHeader("Connection", "close");
      }
      Answer.failed(context.response(), status, code, problem);
    }
  }

  private void broken(RoutingContext context) {
    LOG.log(Level.ERROR, "web: a request failed: " + context.request().path(), context.failure());
    wrong(context, 500, "failed", "internal error; see the daemon's log");
  }
}
