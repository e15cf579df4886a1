package io.jpm.serve;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The HTTP server, with one event loop and several threads for disk access.
final class SiteServer {
  private static final int DISK_THREADS = 4;
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final Vertx vertx;
  private final HttpServer http;
  private final PendingResponses pendingResponses;

  private SiteServer(Vertx vertx, HttpServer http, PendingResponses pendingResponses) {
    this.vertx = vertx;
    this.http = http;
    this.pendingResponses = pendingResponses;
  }

  /// Starts the server. The returned future fails if the port is not available.
  ///
  /// @throws IOException if the directory cannot be read
  /// @throws IllegalArgumentException if the homepage is outside of the directory
  static Future<SiteServer> start(ServeSettings settings) throws IOException {
    PageSelection pageSelection =
        new PageSelection(new SiteDirectory(settings.root(), settings.dotFiles()), settings);
    Vertx vertx = vertx();
    PendingResponses pendingResponses = new PendingResponses();
    HttpServer http =
        vertx
            .createHttpServer(options(settings))
            .requestHandler(new SiteHandler(vertx, settings, pageSelection, pendingResponses));
    Future<SiteServer> started =
        http.listen().map(listening -> new SiteServer(vertx, listening, pendingResponses));
    started.onFailure(_ -> vertx.close());
    return started;
  }

  private static Vertx vertx() {
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(1)
            .setWorkerPoolSize(DISK_THREADS)
            .setInternalBlockingPoolSize(1)
            .setBlockedThreadCheckInterval(TimeUnit.MINUTES.toMillis(1));
    options.getFileSystemOptions().setClassPathResolvingEnabled(false).setFileCachingEnabled(false);
    return Vertx.vertx(options);
  }

  private static HttpServerOptions options(ServeSettings settings) {
    return new HttpServerOptions()
        .setHost(settings.host())
        .setPort(settings.port())
        .setHttp2ClearTextEnabled(false)
        .setIdleTimeout((int) IDLE.toSeconds());
  }

  int port() {
    return http.actualPort();
  }

  /// Stops accepting connections. The returned future completes when all earlier requests have been
  /// answered. Remaining connections are closed after `time`.
  Future<Void> drain(Duration time) {
    Future<Void> all = http.shutdown(time.toMillis(), TimeUnit.MILLISECONDS);
    return Future.any(pendingResponses.awaitNone(), all).mapEmpty();
  }

  /// Closes the server immediately.
  Future<Void> close() {
    return vertx.close();
  }
}
