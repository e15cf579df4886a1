package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.ProbeHandler;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Opens passive probes, which wait for lines in the output of processes or for messages to
/// `NOTIFY_SOCKET`. Must be created on SatanVerticle's context.
public final class PassiveProbes implements PassiveProbe {
  private final LineProbe lines;
  private final NotifyProbe notifyProbe;

  /// Creates an instance without open probes.
  ///
  /// @param host provides the notify sockets
  /// @param home the daemon's home directory
  public PassiveProbes(Vertx vertx, ProcessHost host, Path home) {
    this.lines = new LineProbe(vertx);
    this.notifyProbe = new NotifyProbe(vertx, host, home);
  }

  @Override
  public Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended,
      ProbeHandler probeHandler,
      Consumer<ProbeSignal> signs) {
    return switch (probeHandler) {
      case ProbeHandler.Log(String pattern) -> lines.open(attended, pattern, signs);
      case ProbeHandler.Notify() -> notifyProbe.open(attended, signs);
      case ProbeHandler.Http _, ProbeHandler.Tcp _, ProbeHandler.Exec _ ->
          Future.failedFuture(new IllegalArgumentException("not a passive probe: " + probeHandler));
    };
  }
}
