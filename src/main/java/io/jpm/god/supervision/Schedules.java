package io.jpm.god.supervision;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.Triggers;
import io.jpm.supervise.Event;
import io.jpm.triggers.CronTimes;
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
/// the list; `supervise` decides what a scheduled time means for a stopped instance. Confined to
/// GodVerticle's context.
final class Schedules {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// The interval after which the wall clock is read again, because it may be set.
  private static final Duration LONGEST = Duration.ofMinutes(1);

  private final Vertx vertx;
  private final GodContext god;
  private final BiConsumer<Instance, Event> supervisor;
  private final Map<Instance, Running> running = new HashMap<>();

  private record Running(Triggers.Schedule schedule, CronTimes times, Instant due, long timer) {}

  Schedules(Vertx vertx, GodContext god, BiConsumer<Instance, Event> supervisor) {
    this.vertx = vertx;
    this.god = god;
    this.supervisor = supervisor;
  }

  /// Updates the timer after `instance` was added, changed its spec or was removed.
  void look(Instance instance) {
    Optional<Triggers.Schedule> wanted =
        instance.removed || instance.replacementRole != ReplacementRole.CURRENT
            ? Optional.empty()
            : instance.spec.triggers().schedule();
    Optional<Triggers.Schedule> present =
        Optional.ofNullable(running.get(instance)).map(Running::schedule);
    if (wanted.equals(present)) {
      return;
    }
    forget(instance);
    wanted.ifPresent(schedule -> begin(instance, schedule));
  }

  private void forget(Instance instance) {
    Running old = running.remove(instance);
    instance.nextRun = Optional.empty();
    if (old != null) {
      vertx.cancelTimer(old.timer());
    }
  }

  private void begin(Instance instance, Triggers.Schedule schedule) {
    try {
      await(instance, schedule, CronTimes.of(schedule));
    } catch (IllegalArgumentException problem) {
      // Expressions are validated when they are read: only the journal of another version can
      // contain an invalid one.
      LOG.log(Level.ERROR, "{0}: cron_restart {1}", instance.label(), problem.getMessage());
    }
  }

  private void await(Instance instance, Triggers.Schedule schedule, CronTimes times) {
    Optional<Instant> due = times.next(god.wallClock().instant());
    instance.nextRun = due;
    due.ifPresent(at -> sleep(instance, schedule, times, at));
  }

  private void sleep(Instance instance, Triggers.Schedule schedule, CronTimes times, Instant due) {
    Duration left = Duration.between(god.wallClock().instant(), due);
    long millis = Math.clamp(left.toMillis() + 1, 1, LONGEST.toMillis());
    long timer = vertx.setTimer(millis, _ -> woken(instance, schedule, times, due));
    running.put(instance, new Running(schedule, times, due, timer));
  }

  private void woken(Instance instance, Triggers.Schedule schedule, CronTimes times, Instant due) {
    Instant now = god.wallClock().instant();
    if (now.isBefore(due)) {
      sleep(instance, schedule, times, due);
      return;
    }
    await(instance, schedule, times);
    supervisor.accept(
        instance,
        new Event.RestartDue(Event.Cause.SCHEDULE, "scheduled by " + schedule.expression()));
  }
}
