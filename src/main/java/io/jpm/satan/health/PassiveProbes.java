package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.Check;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// All that processes say by themselves: lines that they print, and messages to `NOTIFY_SOCKET`. To
/// be made on SatanVerticle's context.
public final class PassiveProbes implements PassiveProbe {
  private final LineProbe lines;
  private final NotifyProbe notifyProbe;

  /// @param host has the sockets
  /// @param home the daemon's home directory
  public PassiveProbes(Vertx vertx, ProcessHost host, Path home) {
    this.lines = new LineProbe(vertx);
    this.notifyProbe = new NotifyProbe(vertx, host, home);
  }

  @Override
  public Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended, Check check, Consumer<ProbeSignal> signs) {
    return switch (check) {
      case Check.Log(String pattern) -> lines.open(attended, pattern, signs);
      case Check.Notify() -> notifyProbe.open(attended, signs);
      case Check.Http _, Check.Tcp _, Check.Exec _ ->
          Future.failedFuture(new IllegalArgumentException("nothing is heard of " + check));
    };
  }
}
