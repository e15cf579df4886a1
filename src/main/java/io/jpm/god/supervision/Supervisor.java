package io.jpm.god.supervision;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.journal.Journal;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.process.HealthCoordinator;
import io.jpm.god.process.IpcHandler;
import io.jpm.god.process.MemoryLimits;
import io.jpm.god.process.Messages;
import io.jpm.god.process.Processes;
import io.jpm.god.process.ThreadDumps;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.supervise.CrashLoop;
import io.jpm.supervise.DurationText;
import io.jpm.supervise.Effect;
import io.jpm.supervise.Event;
import io.jpm.supervise.Step;
import io.jpm.supervise.StopCause;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Supervision;
import io.jpm.supervise.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Passes the events of instances to `supervise` and performs the resulting effects. Confined to
/// GodVerticle's context.
public final class Supervisor {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final String ENDED_IN_ABSENCE = "ended as requested while no daemon was running: ";

  private final Vertx vertx;
  private final GodContext god;
  private final Registry registry;
  private final Journal journal;
  private final BalancerCoordinator balancerCoordinator;
  private final Processes processes;
  private final Dependencies dependencies;
  private final MemoryLimits limits;
  private final Schedules schedules;
  private final FileWatches fileWatches;
  private final HealthCoordinator healthCoordinator;
  private final ThreadDumps dumps;
  private final Messages messages;
  private @Nullable ProcessRenewal renewal;

  /// Whether adoption is complete, so that triggers may act.
  private boolean begun;

  public Supervisor(
      Vertx vertx, Context context, GodContext god, Registry registry, Journal journal) {
    this.vertx = vertx;
    this.god = god;
    this.registry = registry;
    this.journal = journal;
    this.dependencies = new Dependencies(registry, this::on);
    this.limits = new MemoryLimits(vertx, registry, this::renew, this::announceLimit);
    this.dumps = new ThreadDumps(vertx, god.host(), god.home(), god.wallClock());
    this.schedules = new Schedules(vertx, god, this::on);
    this.fileWatches = new FileWatches(context, registry, god, this::on);
    this.balancerCoordinator =
        new BalancerCoordinator(vertx, registry, journal, god.host().appAccess(), this::on);
    this.healthCoordinator = new HealthCoordinator(vertx, registry, listener());
    var ipcHandler = new IpcHandler(vertx, journal, healthCoordinator);
    this.messages = new Messages(god.nanoTime());
    var ears = new Processes.Ears(ipcHandler, healthCoordinator, limits, messages);
    this.processes = new Processes(context, god, ears, balancerCoordinator, this::on);
  }

  /// Handles an event of `instance`. Events of a removed instance are ignored.
  public void on(Instance instance, Event event) {
    if (instance.removed) {
      return;
    }
    if (event instanceof Event.Exited exited && !exited.cause().isEmpty()) {
      announceLimit(instance, exited.cause());
    }
    if (event instanceof Event.FoundGone gone && !gone.cause().isEmpty()) {
      announceLimit(instance, gone.cause());
    }
    Step step =
        Supervision.step(instance.state, event, instance.policies(), god.nanoTime().getAsLong());
    if (step.next().equals(instance.state) && step.effects().isEmpty()) {
      return;
    }
    if (event instanceof Event.StartAsked || event instanceof Event.RestartAsked) {
      // A start by command creates log files again that were moved away.
      instance.captured = false;
    }
    boolean wasOnline = instance.state.phase() == Phase.ONLINE;
    noteForce(instance, step.next());
    noteEarlyEnd(instance, event, step.next());
    instance.state = step.next();
    boolean loopBegins = noteLoop(instance);
    step.effects().forEach(effect -> carryOut(instance, effect));
    if (loopBegins) {
      announce(instance, InstanceEvent.Kind.CRASH_LOOPING);
    }
    if (instance.state.isOver()) {
      balancerCoordinator.released(instance);
    }
    if (!wasOnline && instance.state.phase() == Phase.ONLINE) {
      balancerCoordinator.ready(instance);
    }
    journal.changed();
    refreshWatchers(instance);
    instance.completeWaiters();
  }

  /// @return whether a crash loop begins
  private boolean noteLoop(Instance instance) {
    boolean before = instance.crashLooping;
    long now = god.nanoTime().getAsLong();
    instance.crashLooping =
        instance.replacementRole == ReplacementRole.CURRENT
            && !instance.state.isOver()
            && CrashLoop.is(instance.state, instance.spec.restart(), now);
    if (instance.crashLooping && instance.state.phase() == Phase.ONLINE) {
      awaitSoundRun(instance, now);
    }
    return instance.crashLooping && !before;
  }

  private void awaitSoundRun(Instance instance, long now) {
    long generation = instance.state.generation();
    Duration left =
        CrashLoop.soundRun(instance.spec.restart())
            .minusNanos(now - instance.state.onlineSinceNanos());
    vertx.setTimer(
        Math.max(1, left.toMillis() + 1),
        _ -> {
          boolean same = instance.state.generation() == generation && !instance.removed;
          if (same && instance.crashLooping && instance.state.phase() == Phase.ONLINE) {
            instance.crashLooping = false;
            announce(
                instance,
                InstanceEvent.Kind.RECOVERED,
                "it has run for %s after a crash loop"
                    .formatted(DurationText.of(CrashLoop.soundRun(instance.spec.restart()))));
          }
        });
  }

  /// Records the first failure after a command, which is the one that the command reports.
  private static void noteEarlyEnd(Instance instance, Event event, Supervised next) {
    if (event instanceof Event.StartAsked || event instanceof Event.RestartAsked) {
      instance.earlyEnd = "";
    } else if (instance.earlyEnd.isEmpty()
        && Supervision.mayEndByItself(instance.state)
        && hasFailed(instance, event, next)) {
      instance.earlyEnd = next.reason();
    }
  }

  private static boolean hasFailed(Instance instance, Event event, Supervised next) {
    return event instanceof Event.Exited exited
        ? instance.policies().restart().isFailure(exited.exit())
        : next.phase() == Phase.STOPPING && next.stopCause() == StopCause.FELL;
  }

  /// Records how the last stop was forced, which is what a command reports.
  private static void noteForce(Instance instance, Supervised next) {
    if (next.phase() == Phase.STOPPING && instance.state.phase() != Phase.STOPPING) {
      instance.forced = "";
    }
    String before = instance.state.forced();
    if (!next.forced().isEmpty()) {
      instance.forced = next.forced();
    } else if (!before.isEmpty() && !next.reason().contains(before)) {
      instance.forced = ""; // it exited before SIGKILL after all
    }
  }

  /// Updates schedules and watchers after `instance` was added to the list, changed its spec or
  /// left the list.
  public void specChanged(Instance instance) {
    if (begun) {
      schedules.look(instance);
    }
    refreshWatchers(instance);
  }

  private void refreshWatchers(Instance instance) {
    healthCoordinator.look(instance);
    if (!begun) {
      return;
    }
    fileWatches.look(instance);
    limits.look(instance);
    dependencies.look();
  }

  private HealthCoordinator.Listener listener() {
    return new HealthCoordinator.Listener() {
      @Override
      public void on(Instance instance, Event event) {
        Supervisor.this.on(instance, event);
      }

      @Override
      public void announce(Instance instance, InstanceEvent.Kind kind, String reason) {
        Supervisor.this.announce(instance, kind, reason);
      }

      @Override
      public void fit(Instance instance, boolean fit) {
        balancerCoordinator.fit(instance, fit);
      }

      @Override
      public void replace(Instance instance, String reason) {
        hanging(instance, reason);
      }
    };
  }

  /// Collects a thread dump before the replacement, since it is not available afterwards.
  private void hanging(Instance instance, String reason) {
    Optional<ProcessIdentity> process = instance.process();
    Future<Optional<String>> dump =
        process.isPresent()
            ? dumps.dump(process.get(), instance.spec.name(), instance.worker())
            : Future.succeededFuture(Optional.empty());
    dump.onSuccess(file -> {
      if (instance.process().equals(process)) {
        String threads = file.map(path -> "; its threads are in " + path).orElse("");
        renew(instance, Event.Cause.HEALTH, reason + threads);
      }
    });
  }

  /// Sets the component that replaces processes.
  public void renewBy(ProcessRenewal renewal) {
    this.renewal = renewal;
  }

  /// Replaces the process of `instance`, as [ProcessRenewal#renew] does.
  void renew(Instance instance, Event.Cause cause, String reason) {
    if (renewal == null) {
      on(instance, new Event.RestartDue(cause, reason));
    } else {
      renewal.renew(instance, cause, reason);
    }
  }

  public HealthCoordinator healthCoordinator() {
    return healthCoordinator;
  }

  /// Stops the components that run on separate threads.
  public void close() {
    fileWatches.close();
    messages.close();
  }

  public Processes processes() {
    return processes;
  }

  public BalancerCoordinator balancerCoordinator() {
    return balancerCoordinator;
  }

  public Dependencies dependencies() {
    return dependencies;
  }

  /// Begins to receive Satan's reports. Ends with the verticle.
  public Future<Void> listen() {
    return vertx
        .eventBus()
        .<SatanReport>consumer(
            Addresses.SATAN_REPORTS,
            message -> {
              switch (message.body()) {
                case SatanReport.OfHealth report -> healthCoordinator.heard(report);
                case SatanReport.MemoryExceeded exceeded -> limits.heard(exceeded);
              }
            })
        .completion();
  }

  /// Begins to check dependencies and to handle restart triggers. Must be called after adoption:
  /// the restart of a journaled instance that is not adopted yet would create a second process.
  public void begin() {
    begun = true;
    balancerCoordinator.begin();
    dependencies.open();
    List.copyOf(registry.all()).forEach(this::specChanged);
  }

  private void carryOut(Instance instance, Effect effect) {
    switch (effect) {
      case Effect.Spawn(long generation) -> processes.spawn(instance, generation);
      case Effect.AwaitDependencies(long generation) -> dependencies.await(instance, generation);
      case Effect.SendShutdown(long generation) -> processes.sendShutdown(instance, generation);
      case Effect.RunStopCommand(long generation) -> processes.runStopCommand(instance, generation);
      case Effect.SignalTree order ->
          processes.signal(instance, order, instance.patience.ordered());
      case Effect.StartTimer start when start.timer() == Timer.KILL ->
          instance.patience.begin(() -> startTimer(instance, start));
      case Effect.StartTimer start -> startTimer(instance, start);
      case Effect.CancelTimer(Timer timer) -> cancel(instance, timer);
      case Effect.Announce(Effect.Change change) -> tell(instance, change);
    }
  }

  private void startTimer(Instance instance, Effect.StartTimer start) {
    Timer timer = start.timer();
    cancel(instance, timer);
    long id =
        vertx.setTimer(
            Math.max(1, start.delay().toMillis()),
            _ -> {
              instance.timers.remove(timer);
              on(instance, fired(instance, timer, start.generation()));
            });
    instance.timers.put(timer, id);
  }

  private static Event fired(Instance instance, Timer timer, long generation) {
    return timer == Timer.READY && !instance.healthStatus.lacking.isEmpty()
        ? new Event.NotReady(generation, instance.healthStatus.lacking)
        : new Event.TimerFired(timer, generation);
  }

  private static InstanceEvent.Kind kind(Effect.Change change) {
    return switch (change) {
      case START -> InstanceEvent.Kind.START;
      case ONLINE -> InstanceEvent.Kind.ONLINE;
      case EXIT, ENDED -> InstanceEvent.Kind.EXIT;
      case RESTART -> InstanceEvent.Kind.RESTART;
      case STOPPING -> InstanceEvent.Kind.STOPPING;
      case STOP -> InstanceEvent.Kind.STOP;
      case ERRORED -> InstanceEvent.Kind.ERRORED;
      case ADOPT -> InstanceEvent.Kind.ADOPT;
    };
  }

  /// Publishes a change. Changes of candidates and draining instances must not look like changes of
  /// the app.
  private void tell(Instance instance, Effect.Change change) {
    InstanceEvent.Kind kind = kind(change);
    if (kind == InstanceEvent.Kind.EXIT) {
      tellExit(instance, change == Effect.Change.ENDED);
      return;
    }
    if (kind == InstanceEvent.Kind.ONLINE
        && instance.replacementRole != ReplacementRole.DRAINING
        && instance.readinessIsTold()) {
      announce(instance, InstanceEvent.Kind.READY, howReady(instance));
    }
    boolean told =
        switch (instance.replacementRole) {
          case CURRENT -> true;
          case CANDIDATE -> kind == InstanceEvent.Kind.START;
          case DRAINING -> false;
        };
    if (told) {
      announce(instance, kind);
    } else {
      log(instance, kind, instance.state.reason());
    }
  }

  /// Publishes the exit of a process once, with its pid, unless an earlier daemon has published it.
  ///
  /// @param expected whether the process was asked to stop
  private void tellExit(Instance instance, boolean expected) {
    Optional<ProcessIdentity> ended = instance.latest;
    instance.latest = Optional.empty();
    if (ended.isEmpty()) {
      log(instance, InstanceEvent.Kind.EXIT, instance.state.reason());
      return;
    }
    // During a reload the app continues to run: the phase is that of the process in the list.
    Phase phase = registry.current(instance.id).orElse(instance).state.phase();
    announceExit(
        instance, instance.view(phase, ended, ofExit(instance, ended.get(), expected)), expected);
  }

  private static String ofExit(Instance instance, ProcessIdentity process, boolean expected) {
    String reason = instance.state.reason();
    String exit = instance.state.lastExit().map(Exit::toString).orElse("");
    return switch (instance.replacementRole) {
      case CURRENT -> expected ? exit + ": " + reason : reason;
      case CANDIDATE ->
          "pid %d has ended before it replaced the old process: %s"
              .formatted(process.pid(), expected ? exit : reason);
      case DRAINING -> {
        String force = instance.forced.isEmpty() ? "" : "; " + instance.forced;
        yield "pid %d has ended after the reload: %s%s".formatted(process.pid(), exit, force);
      }
    };
  }

  /// Publishes the exit of a process that was found gone, unless an effect has already published
  /// it.
  public void tellUntoldEnd(Instance instance, Exit exit) {
    Optional<ProcessIdentity> ended = instance.latest;
    instance.latest = Optional.empty();
    ended.ifPresent(process -> announceEnd(instance, process, exit, ENDED_IN_ABSENCE + exit, true));
  }

  /// Publishes the exit of a process that is not the current one of `instance`.
  ///
  /// @param expected whether the process was asked to stop
  public void announceEnd(
      Instance instance, ProcessIdentity process, Exit exit, String reason, boolean expected) {
    Phase phase = registry.current(instance.id).orElse(instance).state.phase();
    announceExit(instance, instance.ended(phase, process, exit, reason), expected);
  }

  private static String howReady(Instance instance) {
    boolean says = instance.spec.readiness().awaited();
    String checked =
        says ? "it has reported ready and its checks have passed" : "its checks have passed";
    return instance.spec.health().gates() ? checked : "it has reported ready";
  }

  private void cancel(Instance instance, Timer timer) {
    if (timer == Timer.KILL) {
      instance.patience.cancel();
    }
    Long running = instance.timers.remove(timer);
    if (running != null) {
      vertx.cancelTimer(running);
    }
  }

  /// Logs and publishes a change of `instance`.
  public void announce(Instance instance, InstanceEvent.Kind kind) {
    announce(instance, kind, instance.view());
  }

  /// Logs and publishes a change of `instance` with another reason.
  ///
  /// @param reason human-readable description of the change
  public void announce(Instance instance, InstanceEvent.Kind kind, String reason) {
    announce(instance, kind, instance.view(instance.state.phase(), instance.process(), reason));
  }

  private void announce(Instance instance, InstanceEvent.Kind kind, InstanceView view) {
    publish(instance, new InstanceEvent(kind, view, god.wallClock().instant()));
  }

  private void announceExit(Instance instance, InstanceView view, boolean expected) {
    var exit = InstanceEvent.Kind.EXIT;
    publish(instance, new InstanceEvent(exit, view, god.wallClock().instant(), expected));
  }

  private void publish(Instance instance, InstanceEvent event) {
    InstanceView view = event.instance();
    log(instance, event.kind(), view.process(), view.reason());
    vertx.eventBus().publish(Addresses.GOD_EVENTS, event);
  }

  private void announceLimit(Instance instance, String reason) {
    announce(instance, InstanceEvent.Kind.LIMIT, reason);
  }

  private static void log(Instance instance, InstanceEvent.Kind kind, String reason) {
    log(instance, kind, instance.process(), reason);
  }

  private static void log(
      Instance instance,
      InstanceEvent.Kind kind,
      Optional<ProcessIdentity> process,
      String reason) {
    String pid = process.map(p -> " pid " + p.pid()).orElse("");
    Level level =
        switch (kind) {
          case ERRORED, RELOAD_FAILED, CONFIG_FAILED -> Level.ERROR;
          case UNHEALTHY, CRASH_LOOPING, LIMIT, RELOAD_GAP -> Level.WARNING;
          case START,
              ONLINE,
              READY,
              EXIT,
              RESTART,
              STOPPING,
              STOP,
              DELETE,
              ADOPT,
              RELOAD,
              RECOVERED,
              SCALE,
              CONFIG ->
              Level.INFO;
        };
    LOG.log(
        level,
        "{0}{1} {2}: {3}",
        instance.label(),
        pid,
        kind.name().toLowerCase(Locale.ROOT),
        reason);
  }
}
