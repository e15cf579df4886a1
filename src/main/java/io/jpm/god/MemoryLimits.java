package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.SatanCommand;
import io.jpm.bus.SatanReport;
import io.jpm.model.ProcessIdentity;
import io.jpm.supervise.Event;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/// Has Satan watch the memory of apps that have a limit, and restarts those that have more. Owned
/// by GodVerticle's context.
final class MemoryLimits {
  private static final long MEGA = 1L << 20;

  private final Vertx vertx;
  private final Registry registry;
  private final BiConsumer<Instance, Event> supervisor;
  private Map<ProcessIdentity, Long> told = Map.of();

  MemoryLimits(Vertx vertx, Registry registry, BiConsumer<Instance, Event> supervisor) {
    this.vertx = vertx;
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// Begins to listen; ends with the verticle.
  Future<Void> begin() {
    return vertx
        .eventBus()
        .<SatanReport>consumer(
            Addresses.SATAN_REPORTS,
            message -> {
              switch (message.body()) {
                case SatanReport.MemoryExceeded exceeded -> act(exceeded);
                case SatanReport.OfHealth _ -> {
                  // Not about memory.
                }
              }
            })
        .completion();
  }

  /// An instance has changed: other processes may have limits now.
  void look(Instance changed) {
    if (told.isEmpty() && changed.spec.triggers().maxMemory().isEmpty()) {
      return;
    }
    Map<ProcessIdentity, Long> limits = new HashMap<>();
    for (Instance instance : registry.all()) {
      instance
          .spec
          .triggers()
          .maxMemory()
          .ifPresent(bytes -> instance.process().ifPresent(process -> limits.put(process, bytes)));
    }
    if (!limits.equals(told)) {
      told = Map.copyOf(limits);
      vertx.eventBus().send(Addresses.SATAN_COMMAND, new SatanCommand.Limits(limits));
    }
  }

  private void act(SatanReport.MemoryExceeded exceeded) {
    registry.all().stream()
        .filter(instance -> instance.process().filter(exceeded.process()::equals).isPresent())
        .findFirst()
        .ifPresent(instance ->
            supervisor.accept(instance, new Event.RestartDue(Event.Cause.LIMIT, words(exceeded))));
  }

  private static String words(SatanReport.MemoryExceeded exceeded) {
    return "uses %d MB, more than its max_memory_restart of %d MB"
        .formatted(exceeded.bytes() / MEGA, exceeded.limit() / MEGA);
  }
}
