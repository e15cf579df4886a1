package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.LimitText;
import io.jpm.god.instance.Registry;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.supervise.Event;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/// Registers memory limits with Satan, and restarts apps that exceed theirs. Confined to
/// GodVerticle's context.
public final class MemoryLimits {
  private static final long MEGA = 1L << 20;

  /// Replaces processes, as [io.jpm.god.reload.ReplacementScheduler#renew] does.
  public interface Renewing {
    void renew(Instance instance, Event.Cause cause, String reason);
  }

  private final Vertx vertx;
  private final Registry registry;
  private final Renewing renewal;
  private final BiConsumer<Instance, String> announcer;
  private Map<ProcessIdentity, Long> told = Map.of();

  /// @param renewal replaces processes that exceed their limit
  /// @param announcer publishes that an instance exceeds its limit, with the reason
  public MemoryLimits(
      Vertx vertx, Registry registry, Renewing renewal, BiConsumer<Instance, String> announcer) {
    this.announcer = announcer;
    this.vertx = vertx;
    this.registry = registry;
    this.renewal = renewal;
  }

  /// Updates the registered limits after a change of an instance.
  public void look(Instance changed) {
    if (told.isEmpty() && limitOf(changed).isEmpty()) {
      return;
    }
    Map<ProcessIdentity, Long> limits = new HashMap<>();
    for (Instance instance : registry.all()) {
      limitOf(instance)
          .ifPresent(bytes -> instance.process().ifPresent(process -> limits.put(process, bytes)));
    }
    if (!limits.equals(told)) {
      told = Map.copyOf(limits);
      vertx.eventBus().send(Addresses.SATAN_COMMAND, new SatanCommand.Limits(limits));
    }
  }

  /// Returns the limit that Satan must watch. `limits.memory` is included only if the kernel does
  /// not enforce it.
  private static OptionalLong limitOf(Instance instance) {
    OptionalLong own = instance.spec.triggers().maxMemory();
    OptionalLong kernels = instance.spec.limits().memoryMax();
    boolean watched = instance.child != null && !instance.child.isGrouped();
    return LongStream.concat(own.stream(), watched ? kernels.stream() : LongStream.empty()).min();
  }

  /// Handles Satan's report that a process tree exceeds its limit.
  public void heard(SatanReport.MemoryExceeded exceeded) {
    registry.all().stream()
        .filter(instance -> instance.process().filter(exceeded.process()::equals).isPresent())
        .findFirst()
        .ifPresent(instance -> {
          String reason = words(instance, exceeded);
          announcer.accept(instance, reason);
          renewal.renew(instance, Event.Cause.LIMIT, reason);
        });
  }

  /// Handles the report that the kernel has killed some processes of a tree whose main process
  /// runs.
  void partEnded(Instance instance, long generation, long processes) {
    if (isNow(instance, generation)) {
      announcer.accept(instance, LimitText.ofPart(instance.spec, processes));
    }
  }

  /// Handles the report that the kernel slows a process tree down.
  void slowed(Instance instance, long generation) {
    if (isNow(instance, generation)) {
      announcer.accept(instance, LimitText.ofSlowing(instance.spec));
    }
  }

  private static boolean isNow(Instance instance, long generation) {
    return !instance.removed && instance.state.generation() == generation;
  }

  private static String words(Instance instance, SatanReport.MemoryExceeded exceeded) {
    OptionalLong own = instance.spec.triggers().maxMemory();
    String name =
        own.isPresent() && own.getAsLong() == exceeded.limit()
            ? "max_memory_restart"
            : "limits.memory";
    return "uses %d MB, more than its %s of %d MB"
        .formatted(exceeded.bytes() / MEGA, name, exceeded.limit() / MEGA);
  }
}
