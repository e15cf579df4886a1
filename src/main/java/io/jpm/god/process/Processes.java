package io.jpm.god.process;

import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.EarlyReports;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.LimitText;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.process.StartVariables.Outcome;
import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.supervise.SupervisionEffect;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/// Spawns, adopts, signals and releases the processes of instances, and reports their events to the
/// supervisor. Confined to God's context, on which it also reports the events.
public final class Processes {
  private static final Logger LOG = System.getLogger("jpm.god");

  private static final int SPAWN_THREADS = 4;

  /// Delay in milliseconds before the exit of a program with a terminal is reported, because its
  /// last output may still be on its way from the terminal to the pipe.
  private static final long FEED_MILLIS = 50;

  /// Time limit for a command that outputs a secret.
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Context context;
  private final GodContext god;
  private final LogCoordinator logCoordinator;
  private final BalancerCoordinator balancerCoordinator;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final SpawnRequests requests;
  private final StopCommands stopCommands;
  private final ProcessEventSinks processEventSinks;
  private final PidFiles pidFiles;
  private final WorkerExecutor spawners;
  private final StartVariables startVariables;
  private final MonitoringUpdate checks;
  private final PackageVersions versions;

  /// The instances that have a process or for which a process is being created.
  private final Set<SupervisedInstance> holding = new HashSet<>();

  /// The receivers of all process events except exits.
  ///
  /// @param ipcHandler acts on the messages of the processes
  /// @param healthCoordinator monitors the health of the processes
  /// @param limits publishes that the kernel has enforced a memory limit
  /// @param messages parses the messages of the processes
  public record ProcessEventSinks(
      IpcHandler ipcHandler,
      HealthCoordinator healthCoordinator,
      MemoryLimits limits,
      IpcMessageReader messages) {}

  public Processes(
      Context context,
      GodContext god,
      ProcessEventSinks processEventSinks,
      BalancerCoordinator balancerCoordinator,
      BiConsumer<SupervisedInstance, SupervisionEvent> supervisor) {
    this.vertx = context.owner();
    this.logCoordinator = new LogCoordinator(vertx);
    this.balancerCoordinator = balancerCoordinator;
    this.context = context;
    this.god = god;
    this.processEventSinks = processEventSinks;
    this.supervisor = supervisor;
    this.requests = new SpawnRequests(god.home());
    var store = new KeyValueStore(god.home());
    var running = new RunningVariables(god.host(), requests, store);
    this.checks = new MonitoringUpdate(vertx, processEventSinks.healthCoordinator, running);
    this.stopCommands = new StopCommands(vertx, context, god, requests, running);
    this.pidFiles = new PidFiles(vertx, god.host(), god.home());
    this.startVariables =
        new StartVariables(vertx, System.getenv(), COMMAND_LIMIT, store, god.host().appAccess());
    this.versions = new PackageVersions(god.host().appAccess());
    this.spawners = vertx.createSharedWorkerExecutor("jpm-spawn", SPAWN_THREADS);
  }

  public LogCoordinator logCapture() {
    return logCoordinator;
  }

  private void on(SupervisedInstance supervisedInstance, SupervisionEvent supervisionEvent) {
    supervisor.accept(supervisedInstance, supervisionEvent);
  }

  /// Signals the process tree of the instance, or only its main process.
  ///
  /// @param sent run when the signal has been sent; never run if there is no process
  public void signal(
      SupervisedInstance supervisedInstance, SupervisionEffect.SignalTree order, Runnable sent) {
    Child child = supervisedInstance.child;
    if (child == null) {
      // The instance was adopted without a process, or its main process was never created. There is
      // nothing to stop.
      context.runOnContext(
          _ -> on(supervisedInstance, new SupervisionEvent.TreeGone(order.generation())));
      return;
    }
    Failpoint.SIGNAL_BEGINS.hit();
    // Once a signal of this stop has been sent to the whole tree, all further ones are sent to it,
    // even if the spec changes. Otherwise, half of the tree could keep running.
    supervisedInstance.stopsWholeTree |= supervisedInstance.spec.stop().wholeTree();
    if (supervisedInstance.stopsWholeTree) {
      child.signalTree(order.signal(), () -> context.runOnContext(_ -> sent.run()));
    } else {
      child.signalMain(order.signal());
      sent.run();
    }
    Failpoint.SIGNALLED.hit();
  }

  /// Sends PM2's shutdown message, which the app may ignore. If the message cannot be sent, the
  /// stop continues with the signal immediately.
  public void sendShutdown(SupervisedInstance supervisedInstance, long generation) {
    processEventSinks.ipcHandler.sendShutdown(
        supervisedInstance,
        () ->
            context.runOnContext(
                _ -> on(supervisedInstance, new SupervisionEvent.StopCommandEnded(generation))));
  }

  /// Runs the app's stop command and reports when it has finished.
  public void runStopCommand(SupervisedInstance supervisedInstance, long generation) {
    stopCommands.run(
        supervisedInstance,
        () -> on(supervisedInstance, new SupervisionEvent.StopCommandEnded(generation)));
  }

  /// Spawns the process of `generation` and reports the result to the supervisor.
  public void spawn(SupervisedInstance supervisedInstance, long generation) {
    releaseProcess(supervisedInstance);
    supervisedInstance.channel = new AppChannel();
    supervisedInstance.stopsWholeTree = false;
    supervisedInstance.stopsGracefully = false;
    Optional<String> tooMany = tooMany();
    if (tooMany.isPresent()) {
      var refused = new SpawnResult.Refused(tooMany.get(), false);
      context.runOnContext(_ -> spawned(supervisedInstance, generation, refused));
      return;
    }
    holding.add(supervisedInstance);
    logCoordinator
        .open(supervisedInstance)
        .compose(problem ->
            problem.isPresent()
                ? Future.succeededFuture(new SpawnResult.Refused(problem.get(), false))
                : prepare(supervisedInstance, generation))
        .onSuccess(result -> spawned(supervisedInstance, generation, result))
        .onFailure(error -> {
          LOG.log(Level.ERROR, "starting " + supervisedInstance.label() + " failed", error);
          spawned(
              supervisedInstance,
              generation,
              new SpawnResult.Refused(
                  "internal error: " + FileErrors.of(error) + "; see the daemon's log", false));
        });
  }

  /// Returns the reason why no further process can be created; empty if one can. Commands are
  /// checked earlier, but the journal may require more processes after a boot than the descriptor
  /// limit of this daemon allows.
  private Optional<String> tooMany() {
    return god.host()
        .descriptorBudget()
        .filter(limit -> holding.size() >= limit.maxInstances())
        .map(limit -> limit.refusal(1, holding.size()));
  }

  private Future<SpawnResult> prepare(SupervisedInstance supervisedInstance, long generation) {
    AppSpec spec = supervisedInstance.spec;
    return startVariables
        .read(spec)
        .compose(outcome ->
            switch (outcome) {
              case Outcome.Read read -> prepare(supervisedInstance, generation, spec, read);
              case Outcome.Refused(String reason) ->
                  Future.succeededFuture(new SpawnResult.Refused(reason, true));
            });
  }

  private Future<SpawnResult> prepare(
      SupervisedInstance supervisedInstance, long generation, AppSpec spec, Outcome.Read read) {
    supervisedInstance.fileVariables = read.files();
    return balancerCoordinator
        .prepare(supervisedInstance)
        .compose(reply ->
            switch (reply) {
              // The spec has been replaced in the meantime.
              case BalancerReply.Prepared _ when !supervisedInstance.spec.equals(spec) ->
                  prepare(supervisedInstance, generation);
              case BalancerReply.Prepared share ->
                  make(supervisedInstance, generation, share, read);
              case BalancerReply.Refused(String reason) ->
                  Future.succeededFuture(new SpawnResult.Refused(reason, false));
              case BalancerReply.Done _,
                  BalancerReply.Drained _,
                  BalancerReply.Status _,
                  BalancerReply.Route _,
                  BalancerReply.Handover _ ->
                  Future.failedFuture(new IllegalStateException("unexpected reply"));
            });
  }

  private Future<SpawnResult> make(
      SupervisedInstance supervisedInstance,
      long generation,
      BalancerReply.Prepared share,
      Outcome.Read read) {
    SpawnRequest request = requests.main(supervisedInstance, generation, share, read);
    Watcher watcher = new Watcher(supervisedInstance, generation);
    supervisedInstance.earlyReports = watcher;
    Map<String, String> open = new HashMap<>(request.environment());
    open.keySet().removeAll(read.secrets().keySet());
    // Runs on separate threads, because a program on a hung network file system must not block the
    // journal.
    return processEventSinks
        .healthCoordinator
        .startMonitoring(supervisedInstance, open)
        .compose(_ ->
            spawners.executeBlocking(
                () -> {
                  supervisedInstance.version =
                      versions.find(
                          supervisedInstance.spec.command().script(),
                          supervisedInstance.spec.runAs());
                  // Discards the output of earlier processes that is still in the pipe.
                  takeTail(exitReasonPipe(supervisedInstance));
                  Failpoint.SPAWN_BEGINS.hit();
                  SpawnResult result = god.host().spawn(request, watcher);
                  Failpoint.SPAWNED.hit();
                  return result;
                },
                false))
        .map(Objects::requireNonNull);
  }

  /// Returns the pipe to which a process prints why it exits. With a terminal, both output streams
  /// use the pipe of standard output.
  private static Path exitReasonPipe(SupervisedInstance supervisedInstance) {
    return supervisedInstance.spec.logs().terminal()
        ? supervisedInstance.paths.out().fifo()
        : supervisedInstance.paths.error().fifo();
  }

  private byte[] takeTail(Path pipe) {
    return god.host()
        .logPipeReader()
        .map(pipes -> pipes.takeTail(pipe))
        .orElseGet(() -> new byte[0]);
  }

  /// Returns the line that best explains the exit, from the output of the instance while no daemon
  /// was running; empty if there is none. Must be called before another process uses the same
  /// pipes. May block briefly.
  public String lastErrorLine(SupervisedInstance supervisedInstance) {
    return ExitReasonLine.of(takeTail(exitReasonPipe(supervisedInstance)));
  }

  /// Returns the object that monitors processes that are already running.
  public MonitoringUpdate probes() {
    return checks;
  }

  private void spawned(SupervisedInstance supervisedInstance, long generation, SpawnResult result) {
    switch (result) {
      case SpawnResult.Started(Child child) -> {
        Instant now = god.wallClock().instant();
        watch(supervisedInstance, child);
        balancerCoordinator.processStarted(supervisedInstance, child.identity(), false);
        processEventSinks.healthCoordinator.processStarted(supervisedInstance, child.identity());
        supervisedInstance.startedAt = Optional.of(now);
        writePid(supervisedInstance);
        warnOfLimits(supervisedInstance, child);
        on(supervisedInstance, new SupervisionEvent.Spawned(generation));
        Failpoint.SPAWN_TOLD.hit();
        activate(supervisedInstance);
        // The spec may have changed while the process was being created.
        checks.look(supervisedInstance);
      }
      case SpawnResult.Refused(String reason, boolean temporary) -> {
        holding.remove(supervisedInstance);
        supervisedInstance.startedAt = Optional.empty();
        balancerCoordinator.processEnded(supervisedInstance);
        on(supervisedInstance, new SupervisionEvent.SpawnFailed(generation, reason, temporary));
      }
    }
  }

  private static void warnOfLimits(SupervisedInstance supervisedInstance, Child child) {
    String unenforced = LimitText.unenforced(supervisedInstance.spec, child);
    if (!unenforced.isEmpty()) {
      LOG.log(Level.WARNING, "{0}: {1}", supervisedInstance.label(), unenforced);
    }
  }

  private void watch(SupervisedInstance supervisedInstance, Child child) {
    supervisedInstance.child = child;
    supervisedInstance.recorded = Optional.empty();
    holding.add(supervisedInstance);
    supervisedInstance.unreportedExitProcess = Optional.of(child.identity());
    logCoordinator.tellKeeper(new KeeperCommand.Remember(child.identity()));
  }

  /// Delivers the buffered reports about the current process, and all later ones immediately.
  public void activate(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.earlyReports != null) {
      supervisedInstance.earlyReports.begin();
    }
  }

  /// Applies a changed spec to a running process: redirects its output to the new log files and
  /// moves its pid to the new pid file.
  ///
  /// @param captured the request with which LogAggregator currently captures the output
  /// @param pidFile the path of the current pid file
  public void redirectOutput(
      SupervisedInstance supervisedInstance, LogsCommand.Open captured, Path pidFile) {
    logCoordinator.moved(supervisedInstance, captured);
    if (supervisedInstance.child != null && !pidFile.equals(supervisedInstance.paths.pidFile())) {
      pidFiles.remove(pidFile, captured.runAs());
      writePid(supervisedInstance);
    }
  }

  /// Updates the pid files after the given instance has replaced `old` in the list.
  public void promoted(SupervisedInstance supervisedInstance, SupervisedInstance old) {
    if (!old.paths.pidFile().equals(supervisedInstance.paths.pidFile())) {
      pidFiles.remove(old.paths.pidFile(), old.spec.runAs());
    }
    writePid(supervisedInstance);
  }

  private void writePid(SupervisedInstance supervisedInstance) {
    Child child = supervisedInstance.child;
    if (child != null && supervisedInstance.replacementRole == ReplacementRole.CURRENT) {
      pidFiles.write(
          supervisedInstance.paths.pidFile(),
          supervisedInstance.spec.runAs(),
          child.identity().pid());
    }
  }

  /// Removes the pid file. Does nothing for a candidate or draining instance, because the file
  /// belongs to the current process.
  private void removePid(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.replacementRole == ReplacementRole.CURRENT) {
      pidFiles.remove(supervisedInstance.paths.pidFile(), supervisedInstance.spec.runAs());
    }
  }

  /// Adopts a process of an earlier daemon.
  ///
  /// @return whether the process is still running
  public Future<Boolean> adopt(SupervisedInstance supervisedInstance, FoundProcess found) {
    var watcher = new Watcher(supervisedInstance, found.generation());
    supervisedInstance.earlyReports = watcher;
    String tag = supervisedInstance.tag(god.home(), found.generation());
    return BlockingCalls.call(
            vertx,
            () -> {
              supervisedInstance.fileVariables =
                  balancerCoordinator.fileVariables(supervisedInstance);
              return god.host().adopt(found.identity(), tag, watcher);
            })
        .map(child -> {
          child.ifPresent(c -> watch(supervisedInstance, c));
          return child.isPresent();
        });
  }

  /// Removes the pid file of a main process that is gone, and returns a handle to its possible
  /// leftovers; empty if the spec does not require stopping the whole tree. Must be called before a
  /// new process is created.
  public Optional<Child> leftoverTree(
      SupervisedInstance supervisedInstance, long generation, ProcessIdentity gone) {
    removePid(supervisedInstance);
    if (!supervisedInstance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    String tag = supervisedInstance.tag(god.home(), generation);
    return Optional.of(
        god.host().adoptLeftovers(gone, tag, new Watcher(supervisedInstance, generation)));
  }

  /// Releases the instance's process, if there is one, and removes its pid file. The process must
  /// be gone.
  void releaseProcess(SupervisedInstance supervisedInstance) {
    stopCommands.kill(supervisedInstance);
    Child child = supervisedInstance.child;
    if (child != null) {
      supervisedInstance.child = null;
      holding.remove(supervisedInstance);
      child.release();
      removePid(supervisedInstance);
    }
  }

  /// Transfers the events of a child from the host's thread to God's context, in order. Events are
  /// buffered until [#begin], because a program that exits immediately may overtake the report that
  /// it was created.
  final class Watcher implements ChildWatcher, EarlyReports {
    private final SupervisedInstance supervisedInstance;
    private final long generation;
    private final Path pipe;
    private final boolean terminal;
    private boolean live;
    private Optional<Runnable> early = Optional.empty();
    private final List<Runnable> unheard = new ArrayList<>();

    /// Number of messages and events of this process that are still in [IpcMessageReader]. While it
    /// is not zero, later events, including the exit, take the same path to preserve their order.
    private final AtomicInteger unread = new AtomicInteger();

    Watcher(SupervisedInstance supervisedInstance, long generation) {
      this.supervisedInstance = supervisedInstance;
      this.generation = generation;
      this.pipe = exitReasonPipe(supervisedInstance);
      this.terminal = supervisedInstance.spec.logs().terminal();
    }

    @Override
    public void begin() {
      live = true;
      unheard.forEach(Runnable::run);
      unheard.clear();
      early.ifPresent(Runnable::run);
    }

    @Override
    public void exited(Exit exit) {
      // Must be read immediately, before another process can print to the same pipe.
      byte[] now = terminal ? new byte[0] : takeTail(pipe);
      afterFeed(() -> {
        byte[] tail = terminal ? takeTail(pipe) : now;
        if (live) {
          ended(exit, tail);
        } else {
          early = Optional.of(() -> ended(exit, tail));
        }
      });
    }

    /// Runs `step` on the context. If the program has a terminal, first waits briefly for the
    /// process that copies its output to the pipe. Steps are run in order.
    private void afterFeed(Runnable step) {
      afterMessages(() -> {
        if (terminal) {
          vertx.setTimer(FEED_MILLIS, _ -> step.run());
        } else {
          step.run();
        }
      });
    }

    private void afterMessages(Runnable step) {
      if (unread.get() == 0) {
        context.runOnContext(_ -> step.run());
      } else {
        unread.incrementAndGet();
        processEventSinks.messages.execute(() -> onContext(step));
      }
    }

    /// Runs `step` on the context. Called on the thread of [IpcMessageReader].
    private void onContext(Runnable step) {
      context.runOnContext(_ -> step.run());
      unread.decrementAndGet();
    }

    @Override
    public void message(String json, Runnable heard) {
      unread.incrementAndGet();
      processEventSinks.messages.read(
          new IpcMessageReader.Incoming(supervisedInstance.spec.name(), json, heard),
          read ->
              onContext(
                  () -> read.ifPresent(parsedMessage -> whenLive(() -> hear(parsedMessage)))));
    }

    @Override
    public void nodeMessageReceived(String json, Runnable heard) {
      unread.incrementAndGet();
      processEventSinks.messages.checkSize(
          new IpcMessageReader.Incoming(supervisedInstance.spec.name(), json, heard),
          judged -> onContext(() -> judged.ifPresent(then -> whenLive(() -> pass(json, then)))));
    }

    private void whenLive(Runnable step) {
      if (live) {
        step.run();
      } else {
        unheard.add(step);
      }
    }

    private void pass(String json, Runnable heard) {
      balancerCoordinator.nodeMessageReceived(supervisedInstance, generation, json, heard);
    }

    private void hear(IpcHandler.ParsedMessage parsedMessage) {
      try {
        processEventSinks.ipcHandler.handle(
            supervisedInstance, generation, parsedMessage.message());
      } finally {
        parsedMessage.heard().run();
      }
    }

    @Override
    public void descendantOutOfMemory(long processes) {
      context.runOnContext(
          _ -> processEventSinks.limits.partEnded(supervisedInstance, generation, processes));
    }

    @Override
    public void memoryThrottled() {
      context.runOnContext(_ -> processEventSinks.limits.slowed(supervisedInstance, generation));
    }

    @Override
    public void treeGone() {
      afterFeed(() -> {
        if (supervisedInstance.state.generation() == generation) {
          Failpoint.TREE_GONE_SEEN.hit();
          Child child = supervisedInstance.child;
          boolean killed = child == null || child.hasKilledDescendants();
          releaseProcess(supervisedInstance);
          on(supervisedInstance, new SupervisionEvent.TreeGone(generation, killed));
          Failpoint.TREE_GONE_TOLD.hit();
        }
      });
    }

    private void ended(Exit exit, byte[] tail) {
      Child child = supervisedInstance.child;
      if (supervisedInstance.state.generation() != generation || child == null) {
        return;
      }
      Failpoint.EXIT_SEEN.hit();
      balancerCoordinator.processEnded(supervisedInstance);
      boolean leftovers = child.hasLeftovers();
      String killed = LimitText.exitReason(supervisedInstance.spec, child, exit);
      boolean treeIsWatched =
          supervisedInstance.stopsWholeTree
              || (supervisedInstance.spec.stop().wholeTree() && leftovers);
      if (!treeIsWatched) {
        releaseProcess(supervisedInstance);
      }
      on(
          supervisedInstance,
          new SupervisionEvent.Exited(
              generation,
              exit,
              leftovers,
              killed,
              ExitReasonLine.of(tail),
              BackgroundingAdvice.of(supervisedInstance.spec, child.leftoverProcess())));
      Failpoint.EXIT_TOLD.hit();
    }
  }
}
