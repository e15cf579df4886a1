package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.InstanceEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/// Tells the history when a daemon begins and ends.
final class LifecycleRecorder {
  private final Vertx vertx;
  private final InstantSource wallClock;
  private final long pid;
  private final AtomicInteger adopted = new AtomicInteger();
  private final MessageConsumer<InstanceEvent> adoptions;

  /// Counts who is adopted from now on: to be made before God.
  LifecycleRecorder(Vertx vertx, InstantSource wallClock, long pid) {
    this.vertx = vertx;
    this.wallClock = wallClock;
    this.pid = pid;
    this.adoptions =
        vertx
            .eventBus()
            .localConsumer(
                Addresses.GOD_EVENTS,
                message -> {
                  if (message.body().kind() == InstanceEvent.Kind.ADOPT) {
                    adopted.incrementAndGet();
                  }
                });
  }

  /// The daemon is there, and God has adopted what lives.
  ///
  /// @param version the daemon's
  void started(String version) {
    adoptions.unregister();
    int count = adopted.get();
    String found =
        switch (count) {
          case 0 -> "adopted nothing";
          case 1 -> "adopted 1 process";
          default -> "adopted %d processes".formatted(count);
        };
    tell(DaemonEvent.Kind.DAEMON_STARTED, "version %s, %s".formatted(version, found));
  }

  /// The daemon begins to end.
  ///
  /// @param reason who wants it, for people
  void stopping(String reason) {
    tell(DaemonEvent.Kind.DAEMON_STOPPING, reason);
  }

  private void tell(DaemonEvent.Kind kind, String reason) {
    vertx
        .eventBus()
        .publish(Addresses.DAEMON_EVENTS, new DaemonEvent(kind, reason, pid, wallClock.instant()));
  }
}
