package io.jpm.satan.health;

import io.jpm.bus.SatanCommand;
import io.jpm.model.Check;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.function.Consumer;

/// All that processes say by themselves: lines that they print, and messages to `NOTIFY_SOCKET`. To
/// be made on SatanVerticle's context.
public final class Ears implements Hearing {
  private final LineSigns lines;
  private final Notices notices;

  /// @param host has the sockets
  /// @param home the daemon's home directory
  public Ears(Vertx vertx, ProcessHost host, Path home) {
    this.lines = new LineSigns(vertx);
    this.notices = new Notices(vertx, host, home);
  }

  @Override
  public Future<Heard> open(SatanCommand.Attend attended, Check check, Consumer<Sign> signs) {
    return switch (check) {
      case Check.Log(String pattern) -> lines.open(attended, pattern, signs);
      case Check.Notify() -> notices.open(attended, signs);
      case Check.Http _, Check.Tcp _, Check.Exec _ ->
          Future.failedFuture(new IllegalArgumentException("nothing is heard of " + check));
    };
  }
}
