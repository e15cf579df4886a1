package io.jpm.satan.health;

import io.jpm.model.Check;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// All ways to ask. Owned by SatanVerticle's context.
final class Probes {
  private final HttpProbe http;
  private final TcpProbe tcp;
  private final ExecProbe exec;

  /// @param home the daemon's home
  Probes(Vertx vertx, ProcessHost host, Path home) {
    Routes routes = new Routes(vertx);
    this.http = new HttpProbe(vertx, routes);
    this.tcp = new TcpProbe(vertx, routes);
    this.exec = new ExecProbe(vertx, host, home);
  }

  /// Begins an attempt.
  ///
  /// @param answer told what was found, on the context, once at most; perhaps before this returns
  Attempt ask(Check check, Subject subject, Consumer<Finding> answer) {
    return switch (check) {
      case Check.Http it -> http.ask(it, subject, answer);
      case Check.Tcp it -> tcp.ask(it, subject, answer);
      case Check.Exec it -> exec.ask(it, subject, answer);
      case Check.Log _, Check.Notify _ ->
          throw new IllegalArgumentException("a check that listens asks nothing");
    };
  }
}
