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

/// Says when the schedules of apps have come to a time. Every instance has its own timer, from when
/// it comes into the list until it leaves it; what a time means for one that is stopped is decided
/// by `supervise`. Owned by GodVerticle's context.
final class Schedules {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// The clock on the wall may be set: it is looked at again after this.
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

  /// `instance` has come, has another spec, or has gone.
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
      // Checked when it was read: only the journal of another version can hold such a one.
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
