package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.LimitText;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;

/// Registers the memory limits of apps with Satan, and restarts apps that exceed their limit.
/// Confined to GodVerticle's context.
public final class MemoryLimits {
  private static final long MEGA = 1L << 20;

  /// Replaces processes in the same way as [io.jpm.god.rollout.ReplacementScheduler#schedule].
  public interface Renewing {
    void renew(
        SupervisedInstance supervisedInstance,
        SupervisionEvent.RestartCause restartCause,
        String reason);
  }

  private final Vertx vertx;
  private final Registry registry;
  private final Renewing renewal;
  private final BiConsumer<SupervisedInstance, String> announcer;
  private Map<ProcessIdentity, Long> told = Map.of();

  /// Creates the component without any registered limit.
  ///
  /// @param renewal replaces processes that exceed their limit
  /// @param announcer publishes that an instance exceeds its limit, and the reason
  public MemoryLimits(
      Vertx vertx,
      Registry registry,
      Renewing renewal,
      BiConsumer<SupervisedInstance, String> announcer) {
    this.announcer = announcer;
    this.vertx = vertx;
    this.registry = registry;
    this.renewal = renewal;
  }

  /// Sends the current limits to Satan if the change to an instance affects them.
  public void refresh(SupervisedInstance changed) {
    if (told.isEmpty() && limitOf(changed).isEmpty()) {
      return;
    }
    Map<ProcessIdentity, Long> limits = new HashMap<>();
    for (SupervisedInstance supervisedInstance : registry.all()) {
      limitOf(supervisedInstance)
          .ifPresent(bytes ->
              supervisedInstance.process().ifPresent(process -> limits.put(process, bytes)));
    }
    if (!limits.equals(told)) {
      told = Map.copyOf(limits);
      vertx.eventBus().send(Addresses.SATAN_COMMAND, new SatanCommand.Limits(limits));
    }
  }

  /// Returns the limit that Satan must enforce. `limits.memory` is considered only if the kernel
  /// does not enforce it.
  private static OptionalLong limitOf(SupervisedInstance supervisedInstance) {
    OptionalLong own = supervisedInstance.spec.triggers().maxMemory();
    OptionalLong kernels = supervisedInstance.spec.limits().memoryMax();
    boolean watched = supervisedInstance.child != null && !supervisedInstance.child.hasCgroup();
    return LongStream.concat(own.stream(), watched ? kernels.stream() : LongStream.empty()).min();
  }

  /// Replaces the process whose tree exceeds its limit according to Satan's report.
  public void limitExceeded(SatanReport.MemoryExceeded exceeded) {
    registry.all().stream()
        .filter(supervisedInstance ->
            supervisedInstance.process().filter(exceeded.process()::equals).isPresent())
        .findFirst()
        .ifPresent(supervisedInstance -> {
          String reason = words(supervisedInstance, exceeded);
          announcer.accept(supervisedInstance, reason);
          renewal.renew(supervisedInstance, SupervisionEvent.RestartCause.LIMIT, reason);
        });
  }

  /// Publishes that the kernel has killed processes of a tree whose main process is still running.
  void partEnded(SupervisedInstance supervisedInstance, long generation, long processes) {
    if (isNow(supervisedInstance, generation)) {
      announcer.accept(
          supervisedInstance, LimitText.descendantsKilled(supervisedInstance.spec, processes));
    }
  }

  /// Publishes that the kernel throttles a process tree because it exceeds `limits.memory_high`.
  void slowed(SupervisedInstance supervisedInstance, long generation) {
    if (isNow(supervisedInstance, generation)) {
      announcer.accept(supervisedInstance, LimitText.throttled(supervisedInstance.spec));
    }
  }

  private static boolean isNow(SupervisedInstance supervisedInstance, long generation) {
    return !supervisedInstance.removed && supervisedInstance.state.generation() == generation;
  }

  private static String words(
      SupervisedInstance supervisedInstance, SatanReport.MemoryExceeded exceeded) {
    OptionalLong own = supervisedInstance.spec.triggers().maxMemory();
    String name =
        own.isPresent() && own.getAsLong() == exceeded.limit()
            ? "max_memory_restart"
            : "limits.memory";
    return "uses %d MB, more than its %s of %d MB"
        .formatted(exceeded.bytes() / MEGA, name, exceeded.limit() / MEGA);
  }
}
