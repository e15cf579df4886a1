package io.jpm.bridge;

import io.jpm.bus.access.RefusalLog;
import io.netty.handler.ssl.NotSslRecordException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The port for services elsewhere: TLS, and behind it the same guard as at the other port. Takes
/// renewed certificates while it is open; those that cannot be used are told and change nothing.
/// Owned by the bridge's event loop.
final class TlsListener {
  private static final System.Logger LOG = System.getLogger("jpm.bridge");

  private final Vertx vertx;
  private final RemoteSettings settings;
  private final Certificates certificates;
  private final RefusalLog refusals;
  private final Handler<NetSocket> guard;
  private @Nullable NetServer server;

  /// The files as they are in use.
  private Map<Path, Buffer> inUse = Map.of();

  private String lastProblem = "";
  private long timer;

  /// @param handshakeMillis how long a client may take to agree on TLS
  /// @param guard where those go that have
  TlsListener(
      Vertx vertx,
      RemoteSettings settings,
      long handshakeMillis,
      RefusalLog refusals,
      Handler<NetSocket> guard) {
    this.vertx = vertx;
    this.settings = settings;
    this.certificates = new Certificates(vertx, settings, handshakeMillis);
    this.refusals = refusals;
    this.guard = guard;
  }

  /// Opens it; fails with a sentence when there is no certificate or the port is taken.
  Future<Void> listen() {
    return vertx
        .executeBlocking(() -> certificates.read(certificates.files()))
        .map(read -> Objects.requireNonNull(read))
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: without a certificate the door for services elsewhere stays closed: "
                        + failure.getMessage(),
                    failure)))
        .compose(this::open);
  }

  private Future<Void> open(Certificates.Read read) {
    inUse = read.files();
    read.remark().ifPresent(remark -> LOG.log(Level.WARNING, "{0}", remark));
    if (settings.clientCa().isEmpty()) {
      LOG.log(
          Level.WARNING,
          "bridge.remote asks for no client certificate: whoever has a token of jpm token create"
              + " may come from anywhere; set bridge.remote.client_ca to ask for one too (mutual"
              + " TLS)");
    }
    NetServer made = vertx.createNetServer(options(read.options()));
    server = made;
    made.connectHandler(guard);
    made.exceptionHandler(
        failure -> refusals.warn("a peer from elsewhere", "refused: no TLS: " + reason(failure)));
    return made.listen(settings.port(), settings.host())
        .<Void>map(_ -> {
          LOG.log(
              Level.INFO,
              "services elsewhere come by TLS to " + settings.host() + ":" + made.actualPort());
          timer = vertx.setPeriodic(settings.lookEvery().toMillis(), _ -> look());
          return null;
        })
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: cannot listen on %s:%d (%s) — free that port or set another bridge.remote.port"
                        .formatted(settings.host(), settings.port(), failure.getMessage()),
                    failure)));
  }

  /// Of plain bytes Netty's sentence quotes all, which may begin with a token.
  private static String reason(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof NotSslRecordException ? "not an SSL/TLS record" : message;
  }

  private static NetServerOptions options(ServerSSLOptions tls) {
    var options = new NetServerOptions();
    options
        .setTcpKeepAlive(true)
        .setSsl(true)
        // A handshake takes milliseconds of a processor, and whoever connects has one made: not on
        // the event loop, where the owner's frames wait.
        .setSslEngineOptions(new JdkSSLEngineOptions().setUseWorkerThread(true))
        .setKeyCertOptions(tls.getKeyCertOptions())
        .setTrustOptions(tls.getTrustOptions())
        .setEnabledSecureTransportProtocols(tls.getEnabledSecureTransportProtocols())
        .setSslHandshakeTimeout(tls.getSslHandshakeTimeout())
        .setSslHandshakeTimeoutUnit(tls.getSslHandshakeTimeoutUnit());
    return options.setClientAuth(tls.getClientAuth());
  }

  /// Stops listening and closes every connection once its last bytes are sent.
  Future<Void> close() {
    vertx.cancelTimer(timer);
    NetServer closing = server;
    server = null;
    return closing == null ? Future.succeededFuture() : closing.close();
  }

  private void look() {
    Map<Path, Buffer> before = inUse;
    vertx
        .executeBlocking(() -> changed(before))
        .map(read -> Objects.requireNonNull(read))
        .onSuccess(read -> read.ifPresent(this::take))
        .onFailure(this::tellProblem);
  }

  /// Empty: the files are those that are in use. Somebody who renews them may be between two files:
  /// what does not fit is tried again and again.
  private Optional<Certificates.Read> changed(Map<Path, Buffer> before) throws IOException {
    Map<Path, Buffer> now = certificates.files();
    return now.equals(before) ? Optional.empty() : Optional.of(certificates.read(now));
  }

  private void take(Certificates.Read read) {
    NetServer open = server;
    if (open == null) {
      return;
    }
    open.updateSSLOptions(read.options())
        .onSuccess(_ -> {
          inUse = read.files();
          lastProblem = "";
          LOG.log(Level.INFO, "the renewed certificate of bridge.remote is in use");
          read.remark().ifPresent(remark -> LOG.log(Level.WARNING, "{0}", remark));
        })
        .onFailure(this::tellProblem);
  }

  private void tellProblem(Throwable failure) {
    String problem = String.valueOf(failure.getMessage());
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(Level.ERROR, "the former certificate stays in use: " + problem);
    }
  }
}
