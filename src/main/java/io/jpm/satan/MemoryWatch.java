package io.jpm.satan;

import io.jpm.bus.Addresses;
import io.jpm.model.ProcessIdentity;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// Looks at the memory of limited trees once a second, as long as there are any; an idle daemon
/// does not wake up for it. Each look begins when the one before has ended. Owned by
/// SatanVerticle's context.
final class MemoryWatch {
  private static final Logger LOG = System.getLogger("jpm.satan");
  private static final Duration EVERY = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final ProcessHost host;
  private final Alarms alarms;
  private final MemoryLimits limits = new MemoryLimits();
  private Optional<Long> alarm = Optional.empty();
  private boolean looking;
  private boolean failing;

  MemoryWatch(Vertx vertx, ProcessHost host, Alarms alarms) {
    this.vertx = vertx;
    this.host = host;
    this.alarms = alarms;
  }

  /// From now on these limits and no others.
  void set(Map<ProcessIdentity, Long> bytes) {
    limits.set(bytes);
    arm();
  }

  /// The alarm is set exactly when somebody is watched and nobody is looking.
  private void arm() {
    boolean wanted = !limits.watched().isEmpty() && !looking;
    if (wanted && alarm.isEmpty()) {
      alarm = Optional.of(alarms.set(EVERY, this::look));
    } else if (!wanted && alarm.isPresent()) {
      alarms.cancel(alarm.get());
      alarm = Optional.empty();
    }
  }

  private void look() {
    alarm = Optional.empty();
    looking = true;
    List<ProcessIdentity> watched = List.copyOf(limits.watched());
    // Not in order with others: a list need not wait for a walk over all processes.
    vertx
        .executeBlocking(() -> host.treeMemory(watched), false)
        .map(Objects::requireNonNull)
        .onSuccess(this::sampled)
        .onFailure(this::failed)
        .onComplete(_ -> {
          looking = false;
          arm();
        });
  }

  private void sampled(Map<ProcessIdentity, Long> bytes) {
    failing = false;
    limits
        .sampled(bytes)
        .forEach(report -> vertx.eventBus().publish(Addresses.SATAN_REPORTS, report));
  }

  private void failed(Throwable error) {
    if (!failing) {
      failing = true;
      LOG.log(Level.WARNING, "memory limits are not watched as long as this fails", error);
    }
  }
}
