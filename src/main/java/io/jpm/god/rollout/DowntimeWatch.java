package io.jpm.god.rollout;

import io.jpm.god.instance.GodContext;
import io.jpm.os.ProcessHost;
import io.jpm.os.TcpListener;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Measures how long at least one of the given ports has no listening process. Confined to
/// GodVerticle's context.
final class DowntimeWatch {
  private static final long LOOK_MILLIS = 3;

  private final Vertx vertx;
  private final ProcessHost host;
  private final LongSupplier nanoTime;
  private final Set<Integer> ports;
  private final Promise<Optional<Duration>> measured = Promise.promise();
  private OptionalLong closedAt = OptionalLong.empty();
  private boolean looking;
  private long timer;

  DowntimeWatch(Vertx vertx, GodContext god, Set<InetSocketAddress> addresses) {
    this.vertx = vertx;
    this.host = god.host();
    this.nanoTime = god.nanoTime();
    this.ports = ports(addresses.stream());
  }

  private static Set<Integer> ports(Stream<InetSocketAddress> addresses) {
    return addresses.map(InetSocketAddress::getPort).collect(Collectors.toSet());
  }

  /// Starts to sample the ports.
  void begin() {
    timer = vertx.setPeriodic(LOOK_MILLIS, _ -> look());
    measured.future().onComplete(_ -> vertx.cancelTimer(timer));
  }

  /// A sample of the ports.
  ///
  /// @param open whether every port has a listening process
  private record Look(boolean open, long atNanos) {}

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    vertx
        .executeBlocking(
            () ->
                new Look(
                    ports(host.listeners().stream().map(TcpListener::address)).containsAll(ports),
                    nanoTime.getAsLong()),
            false)
        .onComplete(result -> {
          looking = false;
          if (result.succeeded()) {
            seen(result.result());
          }
        });
  }

  private void seen(Look look) {
    if (!look.open()) {
      if (closedAt.isEmpty()) {
        closedAt = OptionalLong.of(look.atNanos());
      }
    } else if (closedAt.isPresent()) {
      measured.tryComplete(Optional.of(Duration.ofNanos(look.atNanos() - closedAt.getAsLong())));
    }
  }

  /// Stops the measurement because no process will listen on the ports.
  void giveUp() {
    measured.tryComplete(Optional.empty());
  }

  /// Returns the length of the downtime: zero if it was too short to be observed; empty if it
  /// exceeds `most` or if the measurement was stopped. Must be called when the new process is
  /// running.
  ///
  /// @param most the maximum time to wait until each port has a listening process again
  Future<Optional<Duration>> end(Duration most) {
    if (closedAt.isEmpty()) {
      measured.tryComplete(Optional.of(Duration.ZERO));
    } else {
      long limit =
          vertx.setTimer(Math.max(1, most.toMillis()), _ -> measured.tryComplete(Optional.empty()));
      measured.future().onComplete(_ -> vertx.cancelTimer(limit));
    }
    return measured.future();
  }
}
