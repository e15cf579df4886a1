package io.jpm.god.supervision;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Journal;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.process.HealthCoordinator;
import io.jpm.god.process.IpcHandler;
import io.jpm.god.process.IpcMessageReader;
import io.jpm.god.process.MemoryLimits;
import io.jpm.god.process.Processes;
import io.jpm.god.process.ThreadDumps;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.supervise.CrashLoopDetector;
import io.jpm.supervise.DurationText;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.InstanceTimer;
import io.jpm.supervise.Step;
import io.jpm.supervise.StopCause;
import io.jpm.supervise.Supervision;
import io.jpm.supervise.SupervisionEffect;
import io.jpm.supervise.SupervisionEvent;
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

/// Passes the events of instances to the state machine in `supervise` and performs the resulting
/// effects. Confined to GodVerticle's context.
public final class Supervisor {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final String ENDED_IN_ABSENCE =
      "stopped as requested while no daemon was running: ";

  private final Vertx vertx;
  private final GodContext god;
  private final Registry registry;
  private final Journal journal;
  private final BalancerCoordinator balancerCoordinator;
  private final Processes processes;
  private final DependencyMonitor dependencyMonitor;
  private final MemoryLimits limits;
  private final Schedules schedules;
  private final FileWatches fileWatches;
  private final HealthCoordinator healthCoordinator;
  private final ThreadDumps dumps;
  private final IpcMessageReader ipcMessageReader;
  private @Nullable ProcessReplacer renewal;

  /// Whether adoption is complete. Until then, triggers have no effect.
  private boolean begun;

  public Supervisor(
      Vertx vertx, Context context, GodContext god, Registry registry, Journal journal) {
    this.vertx = vertx;
    this.god = god;
    this.registry = registry;
    this.journal = journal;
    this.dependencyMonitor = new DependencyMonitor(registry, this::handle);
    this.limits = new MemoryLimits(vertx, registry, this::scheduleReplacement, this::announceLimit);
    this.dumps = new ThreadDumps(vertx, god.host(), god.home(), god.wallClock());
    this.schedules = new Schedules(vertx, god, this::handle);
    this.fileWatches = new FileWatches(context, registry, god, this::handle);
    this.balancerCoordinator =
        new BalancerCoordinator(vertx, registry, journal, god.host().appAccess(), this::handle);
    this.healthCoordinator = new HealthCoordinator(vertx, registry, listener());
    var ipcHandler = new IpcHandler(vertx, journal, healthCoordinator);
    this.ipcMessageReader = new IpcMessageReader(god.nanoTime());
    var processEventSinks =
        new Processes.ProcessEventSinks(ipcHandler, healthCoordinator, limits, ipcMessageReader);
    this.processes =
        new Processes(context, god, processEventSinks, balancerCoordinator, this::handle);
  }

  /// Applies an event to the instance. Events of a removed instance are ignored.
  public void handle(SupervisedInstance supervisedInstance, SupervisionEvent supervisionEvent) {
    if (supervisedInstance.removed) {
      return;
    }
    if (supervisionEvent instanceof SupervisionEvent.Exited exited && !exited.cause().isEmpty()) {
      announceLimit(supervisedInstance, exited.cause());
    }
    if (supervisionEvent instanceof SupervisionEvent.ProcessGone gone && !gone.cause().isEmpty()) {
      announceLimit(supervisedInstance, gone.cause());
    }
    Step step =
        Supervision.step(
            supervisedInstance.state,
            supervisionEvent,
            supervisedInstance.policies(),
            god.nanoTime().getAsLong());
    if (step.next().equals(supervisedInstance.state) && step.effects().isEmpty()) {
      return;
    }
    if (supervisionEvent instanceof SupervisionEvent.StartRequested
        || supervisionEvent instanceof SupervisionEvent.RestartRequested) {
      // Restarts the capture, because a start by a command must recreate log files that were moved
      // away.
      supervisedInstance.captured = false;
    }
    boolean wasOnline = supervisedInstance.state.phase() == Phase.ONLINE;
    noteForce(supervisedInstance, step.next());
    noteEarlyEnd(supervisedInstance, supervisionEvent, step.next());
    supervisedInstance.state = step.next();
    boolean loopBegins = noteLoop(supervisedInstance);
    step.effects().forEach(supervisionEffect -> carryOut(supervisedInstance, supervisionEffect));
    if (loopBegins) {
      announce(supervisedInstance, InstanceEvent.Kind.CRASH_LOOPING);
    }
    if (supervisedInstance.state.isOver()) {
      balancerCoordinator.released(supervisedInstance);
    }
    if (!wasOnline && supervisedInstance.state.phase() == Phase.ONLINE) {
      balancerCoordinator.ready(supervisedInstance);
    }
    journal.changed();
    refreshWatchers(supervisedInstance);
    supervisedInstance.completeWaiters();
  }

  /// Updates whether the instance is in a crash loop.
  ///
  /// @return whether a crash loop has just been detected
  private boolean noteLoop(SupervisedInstance supervisedInstance) {
    boolean before = supervisedInstance.crashLooping;
    long now = god.nanoTime().getAsLong();
    supervisedInstance.crashLooping =
        supervisedInstance.replacementRole == ReplacementRole.CURRENT
            && !supervisedInstance.state.isOver()
            && CrashLoopDetector.isLooping(
                supervisedInstance.state, supervisedInstance.spec.restart(), now);
    if (supervisedInstance.crashLooping && supervisedInstance.state.phase() == Phase.ONLINE) {
      awaitSoundRun(supervisedInstance, now);
    }
    return supervisedInstance.crashLooping && !before;
  }

  private void awaitSoundRun(SupervisedInstance supervisedInstance, long now) {
    long generation = supervisedInstance.state.generation();
    Duration left =
        CrashLoopDetector.recoveryTime(supervisedInstance.spec.restart())
            .minusNanos(now - supervisedInstance.state.onlineSinceNanos());
    vertx.setTimer(
        Math.max(1, left.toMillis() + 1),
        _ -> {
          boolean same =
              supervisedInstance.state.generation() == generation && !supervisedInstance.removed;
          if (same
              && supervisedInstance.crashLooping
              && supervisedInstance.state.phase() == Phase.ONLINE) {
            supervisedInstance.crashLooping = false;
            announce(
                supervisedInstance,
                InstanceEvent.Kind.RECOVERED,
                "it has been running for %s after a crash loop"
                    .formatted(
                        DurationText.of(
                            CrashLoopDetector.recoveryTime(supervisedInstance.spec.restart()))));
          }
        });
  }

  /// Records the first failure after a command, for the reply to the command.
  private static void noteEarlyEnd(
      SupervisedInstance supervisedInstance,
      SupervisionEvent supervisionEvent,
      InstanceState next) {
    if (supervisionEvent instanceof SupervisionEvent.StartRequested
        || supervisionEvent instanceof SupervisionEvent.RestartRequested) {
      supervisedInstance.earlyFailure = "";
    } else if (supervisedInstance.earlyFailure.isEmpty()
        && Supervision.mayEndByItself(supervisedInstance.state)
        && hasFailed(supervisedInstance, supervisionEvent, next)) {
      supervisedInstance.earlyFailure = next.reason();
    }
  }

  private static boolean hasFailed(
      SupervisedInstance supervisedInstance,
      SupervisionEvent supervisionEvent,
      InstanceState next) {
    return supervisionEvent instanceof SupervisionEvent.Exited exited
        ? supervisedInstance.policies().restart().isFailure(exited.exit())
        : next.phase() == Phase.STOPPING && next.stopCause() == StopCause.FELL;
  }

  /// Records how the last stop was forced, for the reply to the command.
  private static void noteForce(SupervisedInstance supervisedInstance, InstanceState next) {
    if (next.phase() == Phase.STOPPING && supervisedInstance.state.phase() != Phase.STOPPING) {
      supervisedInstance.forcedStopNote = "";
    }
    String before = supervisedInstance.state.forcedReason();
    if (!next.forcedReason().isEmpty()) {
      supervisedInstance.forcedStopNote = next.forcedReason();
    } else if (!before.isEmpty() && !next.reason().contains(before)) {
      supervisedInstance.forcedStopNote = ""; // it exited before SIGKILL after all
    }
  }

  /// Updates schedules and watchers after the instance was added to the list, was removed from it,
  /// or has a new spec.
  public void specChanged(SupervisedInstance supervisedInstance) {
    if (begun) {
      schedules.refresh(supervisedInstance);
    }
    refreshWatchers(supervisedInstance);
  }

  private void refreshWatchers(SupervisedInstance supervisedInstance) {
    healthCoordinator.refresh(supervisedInstance);
    if (!begun) {
      return;
    }
    fileWatches.refresh(supervisedInstance);
    limits.refresh(supervisedInstance);
    dependencyMonitor.look();
  }

  private HealthCoordinator.Listener listener() {
    return new HealthCoordinator.Listener() {
      @Override
      public void on(SupervisedInstance supervisedInstance, SupervisionEvent supervisionEvent) {
        Supervisor.this.handle(supervisedInstance, supervisionEvent);
      }

      @Override
      public void announce(
          SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, String reason) {
        Supervisor.this.announce(supervisedInstance, kind, reason);
      }

      @Override
      public void fit(SupervisedInstance supervisedInstance, boolean fit) {
        balancerCoordinator.setFit(supervisedInstance, fit);
      }

      @Override
      public void replace(SupervisedInstance supervisedInstance, String reason) {
        hanging(supervisedInstance, reason);
      }
    };
  }

  /// Collects a thread dump of a hanging process and then replaces the process.
  private void hanging(SupervisedInstance supervisedInstance, String reason) {
    Optional<ProcessIdentity> process = supervisedInstance.process();
    Future<Optional<String>> dump =
        process.isPresent()
            ? dumps.collect(
                process.get(), supervisedInstance.spec.name(), supervisedInstance.worker())
            : Future.succeededFuture(Optional.empty());
    dump.onSuccess(file -> {
      if (supervisedInstance.process().equals(process)) {
        String threads = file.map(path -> "; a thread dump is in " + path).orElse("");
        scheduleReplacement(
            supervisedInstance, SupervisionEvent.RestartCause.HEALTH, reason + threads);
      }
    });
  }

  /// Sets the component that replaces processes.
  public void setReplacer(ProcessReplacer renewal) {
    this.renewal = renewal;
  }

  /// Replaces the process of the instance in the same way as [ProcessReplacer#renew].
  void scheduleReplacement(
      SupervisedInstance supervisedInstance,
      SupervisionEvent.RestartCause restartCause,
      String reason) {
    if (renewal == null) {
      handle(supervisedInstance, new SupervisionEvent.RestartDue(restartCause, reason));
    } else {
      renewal.renew(supervisedInstance, restartCause, reason);
    }
  }

  public HealthCoordinator healthCoordinator() {
    return healthCoordinator;
  }

  /// Stops the components that use separate threads.
  public void close() {
    fileWatches.close();
    ipcMessageReader.close();
  }

  public Processes processes() {
    return processes;
  }

  public BalancerCoordinator balancerCoordinator() {
    return balancerCoordinator;
  }

  public DependencyMonitor dependencies() {
    return dependencyMonitor;
  }

  /// Subscribes to Satan's reports until the verticle is undeployed.
  public Future<Void> listen() {
    return vertx
        .eventBus()
        .<SatanReport>consumer(
            Addresses.SATAN_REPORTS,
            message -> {
              switch (message.body()) {
                case SatanReport.HealthChange report -> healthCoordinator.handle(report);
                case SatanReport.MemoryExceeded exceeded -> limits.limitExceeded(exceeded);
              }
            })
        .completion();
  }

  /// Starts to check dependencies and to act on restart triggers. Must be called after adoption,
  /// because restarting a journaled instance that has not been adopted yet would create a second
  /// process.
  public void start() {
    begun = true;
    balancerCoordinator.start();
    dependencyMonitor.open();
    List.copyOf(registry.all()).forEach(this::specChanged);
  }

  private void carryOut(
      SupervisedInstance supervisedInstance, SupervisionEffect supervisionEffect) {
    switch (supervisionEffect) {
      case SupervisionEffect.Spawn(long generation) ->
          processes.spawn(supervisedInstance, generation);
      case SupervisionEffect.AwaitDependencies(long generation) ->
          dependencyMonitor.await(supervisedInstance, generation);
      case SupervisionEffect.SendShutdown(long generation) ->
          processes.sendShutdown(supervisedInstance, generation);
      case SupervisionEffect.RunStopCommand(long generation) ->
          processes.runStopCommand(supervisedInstance, generation);
      case SupervisionEffect.SignalTree order ->
          processes.signal(
              supervisedInstance, order, supervisedInstance.patience.signalRequested());
      case SupervisionEffect.StartTimer start when start.timer() == InstanceTimer.KILL ->
          supervisedInstance.patience.whenSignalSent(() -> startTimer(supervisedInstance, start));
      case SupervisionEffect.StartTimer start -> startTimer(supervisedInstance, start);
      case SupervisionEffect.CancelTimer(InstanceTimer instanceTimer) ->
          cancel(supervisedInstance, instanceTimer);
      case SupervisionEffect.Announce(SupervisionEffect.LifecycleChange lifecycleChange) ->
          tell(supervisedInstance, lifecycleChange);
    }
  }

  private void startTimer(
      SupervisedInstance supervisedInstance, SupervisionEffect.StartTimer start) {
    InstanceTimer instanceTimer = start.timer();
    cancel(supervisedInstance, instanceTimer);
    long id =
        vertx.setTimer(
            Math.max(1, start.delay().toMillis()),
            _ -> {
              supervisedInstance.timers.remove(instanceTimer);
              handle(
                  supervisedInstance, fired(supervisedInstance, instanceTimer, start.generation()));
            });
    supervisedInstance.timers.put(instanceTimer, id);
  }

  private static SupervisionEvent fired(
      SupervisedInstance supervisedInstance, InstanceTimer instanceTimer, long generation) {
    return instanceTimer == InstanceTimer.READY
            && !supervisedInstance.healthStatus.notReadyReason.isEmpty()
        ? new SupervisionEvent.NotReady(generation, supervisedInstance.healthStatus.notReadyReason)
        : new SupervisionEvent.TimerFired(instanceTimer, generation);
  }

  private static InstanceEvent.Kind kind(SupervisionEffect.LifecycleChange lifecycleChange) {
    return switch (lifecycleChange) {
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

  /// Publishes a lifecycle change. Most changes of candidates and draining instances are only
  /// logged, because users would take them for changes of the current instance.
  private void tell(
      SupervisedInstance supervisedInstance, SupervisionEffect.LifecycleChange lifecycleChange) {
    InstanceEvent.Kind kind = kind(lifecycleChange);
    if (kind == InstanceEvent.Kind.EXIT) {
      tellExit(supervisedInstance, lifecycleChange == SupervisionEffect.LifecycleChange.ENDED);
      return;
    }
    if (kind == InstanceEvent.Kind.ONLINE
        && supervisedInstance.replacementRole != ReplacementRole.DRAINING
        && supervisedInstance.hasExplicitReadiness()) {
      announce(supervisedInstance, InstanceEvent.Kind.READY, howReady(supervisedInstance));
    }
    boolean told =
        switch (supervisedInstance.replacementRole) {
          case CURRENT -> true;
          case CANDIDATE -> kind == InstanceEvent.Kind.START;
          case DRAINING -> false;
        };
    if (told) {
      announce(supervisedInstance, kind);
    } else {
      log(supervisedInstance, kind, supervisedInstance.state.reason());
    }
  }

  /// Publishes the exit of a process with its pid. Each exit is published only once, even if an
  /// earlier daemon has already published it.
  ///
  /// @param expected whether a stop of the process had been requested
  private void tellExit(SupervisedInstance supervisedInstance, boolean expected) {
    Optional<ProcessIdentity> ended = supervisedInstance.unreportedExitProcess;
    supervisedInstance.unreportedExitProcess = Optional.empty();
    if (ended.isEmpty()) {
      log(supervisedInstance, InstanceEvent.Kind.EXIT, supervisedInstance.state.reason());
      return;
    }
    // The app continues to run during a reload, so the phase is that of the instance in the list.
    Phase phase = registry.current(supervisedInstance.id).orElse(supervisedInstance).state.phase();
    announceExit(
        supervisedInstance,
        supervisedInstance.view(phase, ended, ofExit(supervisedInstance, ended.get(), expected)),
        expected);
  }

  private static String ofExit(
      SupervisedInstance supervisedInstance, ProcessIdentity process, boolean expected) {
    String reason = supervisedInstance.state.reason();
    String exit = supervisedInstance.state.lastExit().map(Exit::toString).orElse("");
    return switch (supervisedInstance.replacementRole) {
      case CURRENT -> expected ? exit + ": " + reason : reason;
      case CANDIDATE ->
          "pid %d exited before it replaced the old process: %s"
              .formatted(process.pid(), expected ? exit : reason);
      case DRAINING -> {
        String force =
            supervisedInstance.forcedStopNote.isEmpty()
                ? ""
                : "; " + supervisedInstance.forcedStopNote;
        yield "pid %d exited after the reload: %s%s".formatted(process.pid(), exit, force);
      }
    };
  }

  /// Publishes the exit of a process that was found to be gone, unless it has already been
  /// published.
  public void reportMissedExit(SupervisedInstance supervisedInstance, Exit exit) {
    Optional<ProcessIdentity> ended = supervisedInstance.unreportedExitProcess;
    supervisedInstance.unreportedExitProcess = Optional.empty();
    ended.ifPresent(process ->
        announceExitOf(supervisedInstance, process, exit, ENDED_IN_ABSENCE + exit, true));
  }

  /// Publishes the exit of a process that is not the current one of the instance.
  ///
  /// @param expected whether a stop of the process had been requested
  public void announceExitOf(
      SupervisedInstance supervisedInstance,
      ProcessIdentity process,
      Exit exit,
      String reason,
      boolean expected) {
    Phase phase = registry.current(supervisedInstance.id).orElse(supervisedInstance).state.phase();
    announceExit(
        supervisedInstance, supervisedInstance.ended(phase, process, exit, reason), expected);
  }

  private static String howReady(SupervisedInstance supervisedInstance) {
    boolean says = supervisedInstance.spec.readiness().awaited();
    String checked =
        says ? "it has reported ready and its probes have succeeded" : "its probes have succeeded";
    return supervisedInstance.spec.health().gatesOnline() ? checked : "it has reported ready";
  }

  private void cancel(SupervisedInstance supervisedInstance, InstanceTimer instanceTimer) {
    if (instanceTimer == InstanceTimer.KILL) {
      supervisedInstance.patience.cancel();
    }
    Long running = supervisedInstance.timers.remove(instanceTimer);
    if (running != null) {
      vertx.cancelTimer(running);
    }
  }

  /// Logs and publishes a change of the instance.
  public void announce(SupervisedInstance supervisedInstance, InstanceEvent.Kind kind) {
    announce(supervisedInstance, kind, supervisedInstance.view());
  }

  /// Logs and publishes a change of the instance with the given reason.
  ///
  /// @param reason a human-readable description of the change
  public void announce(
      SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, String reason) {
    announce(
        supervisedInstance,
        kind,
        supervisedInstance.view(
            supervisedInstance.state.phase(), supervisedInstance.process(), reason));
  }

  private void announce(
      SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, InstanceView view) {
    publish(supervisedInstance, new InstanceEvent(kind, view, god.wallClock().instant()));
  }

  private void announceExit(
      SupervisedInstance supervisedInstance, InstanceView view, boolean expected) {
    var exit = InstanceEvent.Kind.EXIT;
    publish(supervisedInstance, new InstanceEvent(exit, view, god.wallClock().instant(), expected));
  }

  private void publish(SupervisedInstance supervisedInstance, InstanceEvent event) {
    InstanceView view = event.instance();
    log(supervisedInstance, event.kind(), view.process(), view.reason());
    vertx.eventBus().publish(Addresses.GOD_EVENTS, event);
  }

  private void announceLimit(SupervisedInstance supervisedInstance, String reason) {
    announce(supervisedInstance, InstanceEvent.Kind.LIMIT, reason);
  }

  private static void log(
      SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, String reason) {
    log(supervisedInstance, kind, supervisedInstance.process(), reason);
  }

  private static void log(
      SupervisedInstance supervisedInstance,
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
        supervisedInstance.label(),
        pid,
        kind.name().toLowerCase(Locale.ROOT),
        reason);
  }
}
