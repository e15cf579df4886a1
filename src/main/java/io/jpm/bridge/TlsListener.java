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

/// The TLS port for clients on other machines, protected by the same guard as the local port.
/// Reloads renewed certificates without closing the port. If the new files are invalid, logs an
/// error and keeps using the previous ones. Confined to the bridge's event loop.
final class TlsListener {
  private static final System.Logger LOG = System.getLogger("jpm.bridge");

  private final Vertx vertx;
  private final TlsListenerSettings settings;
  private final CertificateLoader certificateLoader;
  private final RefusalLog refusals;
  private final Handler<NetSocket> guard;
  private @Nullable NetServer server;

  /// The contents of the certificate files in use, by path.
  private Map<Path, Buffer> inUse = Map.of();

  private String lastProblem = "";
  private long timer;

  /// @param handshakeMillis the timeout of a TLS handshake
  /// @param guard receives each connection after its handshake
  TlsListener(
      Vertx vertx,
      TlsListenerSettings settings,
      long handshakeMillis,
      RefusalLog refusals,
      Handler<NetSocket> guard) {
    this.vertx = vertx;
    this.settings = settings;
    this.certificateLoader = new CertificateLoader(vertx, settings, handshakeMillis);
    this.refusals = refusals;
    this.guard = guard;
  }

  /// Opens the port. Fails with a message for the user if there is no valid certificate or if the
  /// port is in use.
  Future<Void> listen() {
    return vertx
        .executeBlocking(() -> certificateLoader.read(certificateLoader.files()))
        .map(loadedCertificates -> Objects.requireNonNull(loadedCertificates))
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: bridge.remote has no valid certificate (%s)"
                        .formatted(failure.getMessage()),
                    failure)))
        .compose(this::open);
  }

  private Future<Void> open(CertificateLoader.LoadedCertificates loadedCertificates) {
    inUse = loadedCertificates.files();
    loadedCertificates.warning().ifPresent(remark -> LOG.log(Level.WARNING, "{0}", remark));
    if (settings.clientCa().isEmpty()) {
      LOG.log(
          Level.WARNING,
          "bridge.remote does not require a client certificate: any client with a token created by"
              + " jpm token create can connect from any machine; set bridge.remote.client_ca to"
              + " require a certificate (mutual TLS)");
    }
    NetServer made = vertx.createNetServer(options(loadedCertificates.options()));
    server = made;
    made.connectHandler(guard);
    made.exceptionHandler(failure ->
        refusals.warn(
            "a remote peer", "refused: the TLS handshake failed (" + reason(failure) + ")"));
    return made.listen(settings.port(), settings.host())
        .<Void>map(_ -> {
          LOG.log(
              Level.INFO,
              "listening with TLS for clients on other machines on "
                  + settings.host()
                  + ":"
                  + made.actualPort());
          timer = vertx.setPeriodic(settings.reloadInterval().toMillis(), _ -> checkForChanges());
          return null;
        })
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: cannot listen on %s:%d (%s): free that port or change bridge.remote.port"
                        .formatted(settings.host(), settings.port(), failure.getMessage()),
                    failure)));
  }

  /// Returns a reason that is safe to log. Netty's message for input that is not TLS quotes the
  /// bytes, which may contain a token.
  private static String reason(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    return failure instanceof NotSslRecordException ? "not an SSL/TLS record" : message;
  }

  private static NetServerOptions options(ServerSSLOptions tls) {
    var options = new NetServerOptions();
    options
        .setTcpKeepAlive(true)
        .setSsl(true)
        // A handshake takes milliseconds of CPU time, and any client can cause one. On the event
        // loop, it would delay the owner's frames.
        .setSslEngineOptions(new JdkSSLEngineOptions().setUseWorkerThread(true))
        .setKeyCertOptions(tls.getKeyCertOptions())
        .setTrustOptions(tls.getTrustOptions())
        .setEnabledSecureTransportProtocols(tls.getEnabledSecureTransportProtocols())
        .setSslHandshakeTimeout(tls.getSslHandshakeTimeout())
        .setSslHandshakeTimeoutUnit(tls.getSslHandshakeTimeoutUnit());
    return options.setClientAuth(tls.getClientAuth());
  }

  /// Stops listening and closes each connection after its pending bytes have been sent.
  Future<Void> close() {
    vertx.cancelTimer(timer);
    NetServer closing = server;
    server = null;
    return closing == null ? Future.succeededFuture() : closing.close();
  }

  private void checkForChanges() {
    Map<Path, Buffer> before = inUse;
    vertx
        .executeBlocking(() -> changed(before))
        .map(read -> Objects.requireNonNull(read))
        .onSuccess(read -> read.ifPresent(this::take))
        .onFailure(this::tellProblem);
  }

  /// Loads the certificate files if they have changed; empty if they equal those in use. Files may
  /// be inconsistent while they are being renewed, so a failure is retried at the next check.
  private Optional<CertificateLoader.LoadedCertificates> changed(Map<Path, Buffer> before)
      throws IOException {
    Map<Path, Buffer> now = certificateLoader.files();
    return now.equals(before) ? Optional.empty() : Optional.of(certificateLoader.read(now));
  }

  private void take(CertificateLoader.LoadedCertificates loadedCertificates) {
    NetServer open = server;
    if (open == null) {
      return;
    }
    open.updateSSLOptions(loadedCertificates.options())
        .onSuccess(_ -> {
          inUse = loadedCertificates.files();
          lastProblem = "";
          LOG.log(Level.INFO, "the renewed certificate of bridge.remote is in use");
          loadedCertificates.warning().ifPresent(remark -> LOG.log(Level.WARNING, "{0}", remark));
        })
        .onFailure(this::tellProblem);
  }

  private void tellProblem(Throwable failure) {
    String problem = String.valueOf(failure.getMessage());
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(
          Level.ERROR,
          "cannot use the new certificate files ("
              + problem
              + "), so the previous certificate stays in use");
    }
  }
}
