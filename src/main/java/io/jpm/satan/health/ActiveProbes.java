package io.jpm.satan.health;

import io.jpm.model.ProbeHandler;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Starts attempts of active probes: HTTP, TCP and exec. Confined to SatanVerticle's context.
final class ActiveProbes {
  private final HttpProbe http;
  private final TcpProbe tcp;
  private final ExecProbe exec;

  /// @param home the daemon's home directory
  ActiveProbes(Vertx vertx, ProcessHost host, Path home) {
    ProbeRoutes probeRoutes = new ProbeRoutes(vertx);
    this.http = new HttpProbe(vertx, probeRoutes);
    this.tcp = new TcpProbe(vertx, probeRoutes);
    this.exec = new ExecProbe(vertx, host, home);
  }

  /// Starts an attempt.
  ///
  /// @param answer receives the result on the context, at most once and possibly before this method
  ///   returns
  ProbeAttempt start(
      ProbeHandler probeHandler, ProbeTarget probeTarget, Consumer<ProbeResult> answer) {
    return switch (probeHandler) {
      case ProbeHandler.Http it -> http.start(it, probeTarget, answer);
      case ProbeHandler.Tcp it -> tcp.start(it, probeTarget, answer);
      case ProbeHandler.Exec it -> exec.start(it, probeTarget, answer);
      case ProbeHandler.Log _, ProbeHandler.Notify _ ->
          throw new IllegalArgumentException("a passive probe makes no attempts");
    };
  }
}
