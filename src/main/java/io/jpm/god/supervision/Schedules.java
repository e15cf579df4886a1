package io.jpm.god.supervision;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.Triggers;
import io.jpm.supervise.SupervisionEvent;
import io.jpm.triggers.CronSchedule;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Sends an event at each scheduled time of an app. Each instance has its own timer while it is in
/// the list. The state machine in `supervise` decides what a scheduled time means for a stopped
/// instance. Confined to GodVerticle's context.
final class Schedules {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Maximum interval between two readings of the wall clock, because the clock may be set at any
  /// time.
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final GodContext god;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final Map<SupervisedInstance, Running> running = new HashMap<>();

  private record Running(Triggers.Schedule schedule, CronSchedule times, Instant due, long timer) {}

  Schedules(
      Vertx vertx, GodContext god, BiConsumer<SupervisedInstance, SupervisionEvent> supervisor) {
    this.vertx = vertx;
    this.god = god;
    this.supervisor = supervisor;
  }

  /// Starts, replaces or cancels the timer after the instance was added or removed or its spec has
  /// changed.
  void refresh(SupervisedInstance supervisedInstance) {
    Optional<Triggers.Schedule> wanted =
        supervisedInstance.removed || supervisedInstance.replacementRole != ReplacementRole.CURRENT
            ? Optional.empty()
            : supervisedInstance.spec.triggers().schedule();
    Optional<Triggers.Schedule> present =
        Optional.ofNullable(running.get(supervisedInstance)).map(Running::schedule);
    if (wanted.equals(present)) {
      return;
    }
    forget(supervisedInstance);
    wanted.ifPresent(schedule -> begin(supervisedInstance, schedule));
  }

  private void forget(SupervisedInstance supervisedInstance) {
    Running old = running.remove(supervisedInstance);
    supervisedInstance.nextRun = Optional.empty();
    if (old != null) {
      vertx.cancelTimer(old.timer());
    }
  }

  private void begin(SupervisedInstance supervisedInstance, Triggers.Schedule schedule) {
    try {
      await(supervisedInstance, schedule, CronSchedule.of(schedule));
    } catch (IllegalArgumentException problem) {
      // Expressions are validated when they are read, so only a journal written by another version
      // can contain an invalid one.
      LOG.log(
          Level.ERROR, "{0}: cron_restart {1}", supervisedInstance.label(), problem.getMessage());
    }
  }

  private void await(
      SupervisedInstance supervisedInstance, Triggers.Schedule schedule, CronSchedule times) {
    Optional<Instant> due = times.next(god.wallClock().instant());
    supervisedInstance.nextRun = due;
    due.ifPresent(at -> sleep(supervisedInstance, schedule, times, at));
  }

  private void sleep(
      SupervisedInstance supervisedInstance,
      Triggers.Schedule schedule,
      CronSchedule times,
      Instant due) {
    Duration left = Duration.between(god.wallClock().instant(), due);
    long millis = Math.clamp(left.toMillis() + 1, 1, LONGEST.toMillis());
    long timer = vertx.setTimer(millis, _ -> woken(supervisedInstance, schedule, times, due));
    running.put(supervisedInstance, new Running(schedule, times, due, timer));
  }

  private void woken(
      SupervisedInstance supervisedInstance,
      Triggers.Schedule schedule,
      CronSchedule times,
      Instant due) {
    Instant now = god.wallClock().instant();
    if (now.isBefore(due)) {
      sleep(supervisedInstance, schedule, times, due);
      return;
    }
    await(supervisedInstance, schedule, times);
    supervisor.accept(
        supervisedInstance,
        new SupervisionEvent.RestartDue(
            SupervisionEvent.RestartCause.SCHEDULE, "scheduled by " + schedule.expression()));
  }
}
