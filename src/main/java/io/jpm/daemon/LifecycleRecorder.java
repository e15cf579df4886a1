package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.InstanceEvent;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;

/// Publishes the start and the stop of the daemon as events for the history.
final class LifecycleRecorder {
  private final Vertx vertx;
  private final InstantSource wallClock;
  private final long pid;
  private final AtomicInteger adopted = new AtomicInteger();
  private final MessageConsumer<InstanceEvent> adoptions;

  /// Starts counting adopted processes. Must be created before God.
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

  /// Publishes that the daemon has started. Must be called after God has adopted the running
  /// processes.
  void started(String version) {
    adoptions.unregister();
    int count = adopted.get();
    String found =
        switch (count) {
          case 0 -> "adopted no processes";
          case 1 -> "adopted 1 process";
          default -> "adopted %d processes".formatted(count);
        };
    publish(DaemonEvent.Kind.DAEMON_STARTED, "version %s, %s".formatted(version, found));
  }

  /// Publishes that the daemon begins to stop.
  ///
  /// @param reason the reason why it stops, for users
  void stopping(String reason) {
    publish(DaemonEvent.Kind.DAEMON_STOPPING, reason);
  }

  private void publish(DaemonEvent.Kind kind, String reason) {
    vertx
        .eventBus()
        .publish(Addresses.DAEMON_EVENTS, new DaemonEvent(kind, reason, pid, wallClock.instant()));
  }
}
