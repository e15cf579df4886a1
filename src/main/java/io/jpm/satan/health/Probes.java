package io.jpm.satan.health;

import io.jpm.model.Check;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Runs the attempts of all kinds of active probes. Confined to SatanVerticle's context.
final class Probes {
  private final HttpProbe http;
  private final TcpProbe tcp;
  private final ExecProbe exec;

  /// @param home the daemon's home directory
  Probes(Vertx vertx, ProcessHost host, Path home) {
    ProbeRoutes probeRoutes = new ProbeRoutes(vertx);
    this.http = new HttpProbe(vertx, probeRoutes);
    this.tcp = new TcpProbe(vertx, probeRoutes);
    this.exec = new ExecProbe(vertx, host, home);
  }

  /// Starts an attempt.
  ///
  /// @param answer receives the result on the context, at most once, possibly before this method
  ///   returns
  ProbeAttempt ask(Check check, ProbeTarget probeTarget, Consumer<ProbeResult> answer) {
    return switch (check) {
      case Check.Http it -> http.ask(it, probeTarget, answer);
      case Check.Tcp it -> tcp.ask(it, probeTarget, answer);
      case Check.Exec it -> exec.ask(it, probeTarget, answer);
      case Check.Log _, Check.Notify _ ->
          throw new IllegalArgumentException("a passive check sends no request");
    };
  }
}
