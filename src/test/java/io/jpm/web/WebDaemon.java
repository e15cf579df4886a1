package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.daemon.WebReply;
import io.jpm.console.Instances;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The web verticle with its own bus, on which tests replace the other verticles.
final class WebDaemon {
  static final String OWNER = "Authorization: Bearer owner-secret";
  static final String READER = "Authorization: Bearer reader-secret";
  static final String OF_WEB = "Authorization: Bearer web-secret";

  final Vertx vertx = Vertx.vertx();
  final AtomicLong nanos = new AtomicLong();
  final Map<String, Principal> tokens =
      new ConcurrentHashMap<>(
          Map.of(
              "owner-secret",
              Principal.OWNER,
              "reader-secret",
              new Principal("reader", Role.READ, Set.of()),
              "web-secret",
              new Principal("web-only", Role.OPERATE, Set.of("web"))));
  volatile int missing;
  private final WebContext.Limits limits;
  private final Path home;
  private String deployed;

  WebDaemon(Path home) throws Exception {
    this(home, new WebContext.Limits(200, Duration.ofSeconds(30)));
  }

  WebDaemon(Path home, WebContext.Limits limits) throws Exception {
    this.home = home;
    this.limits = limits;
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<HeartbeatCommand>consumer(
            Addresses.HEARTBEAT_COMMAND,
            asked ->
                asked.reply(
                    new HeartbeatReply(
                        Duration.ofSeconds(10),
                        Optional.of(Duration.ofMillis(1)),
                        Duration.ofMillis(2),
                        missing,
                        missing,
                        List.of(new HeartbeatReply.Loop(Duration.ZERO, Duration.ofMillis(1500))))));
    deployed =
        vertx
            .deployVerticle(new WebVerticle(context()))
            .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  private WebContext context() {
    return new WebContext(
        home,
        "1.2.3",
        secret -> Future.succeededFuture(Optional.ofNullable(tokens.get(secret))),
        InstantSource.fixed(Instances.NOW),
        nanos::get,
        limits);
  }

  WebReply ask(WebCommand command) throws Exception {
    return vertx
        .eventBus()
        .<WebReply>request(Addresses.WEB_COMMAND, command)
        .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
        .body();
  }

  WebReply.Listening open() throws Exception {
    WebReply reply = ask(new WebCommand.Open(Optional.empty(), OptionalInt.of(0)));
    if (reply instanceof WebReply.Listening listening) {
      return listening;
    }
    throw new AssertionError(reply);
  }

  /// Opens the server and returns its port.
  int port() throws Exception {
    return URI.create(open().url()).getPort();
  }

  /// Returns the path and query of a login link.
  String link() throws Exception {
    URI link = URI.create(open().login().orElseThrow());
    return link.getPath() + "?" + link.getQuery();
  }

  /// Returns the headers that a page of a new session sends: its cookie and its secret.
  String logIn(int port) throws Exception {
    return Http.get(port, link()).session();
  }

  /// Returns the cookie of these headers, which other servers on this host receive, too.
  static String cookie(String session) {
    return session.lines().findFirst().orElseThrow();
  }

  /// Replaces the verticle by another one for the same home on the same bus, as the next daemon
  /// would.
  void restart() throws Exception {
    stop();
    start();
  }

  /// Undeploys the verticle, as if the daemon had ended. The port is free when this returns: a
  /// closed listener disappears only in the next turn of its event loop.
  void stop() throws Exception {
    WebReply state = ask(new WebCommand.GetStatus());
    vertx.undeploy(deployed).await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
    if (state instanceof WebReply.Listening listening) {
      int port = URI.create(listening.url()).getPort();
      Eventually.await(
          "port %d is free".formatted(port), Duration.ofSeconds(20), () -> isFree(port));
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  /// Deploys the verticle of the next daemon, after [#stop].
  void start() throws Exception {
    deployed =
        vertx
            .deployVerticle(new WebVerticle(context()))
            .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }
}
