package io.jpm.god.process;

import io.jpm.bus.Blocking;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.instance.AppChannel;
import io.jpm.god.instance.EarlyReports;
import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.LimitText;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.process.StartVariables.Outcome;
import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppSpec;
import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.supervise.Effect;
import io.jpm.supervise.Event;
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

/// Spawns, adopts, signals and releases the processes of instances, and reports their events on
/// God's context, to which it is confined.
public final class Processes {
  private static final Logger LOG = System.getLogger("jpm.god");

  private static final int SPAWN_THREADS = 4;

  /// Delay before the exit of a program with a terminal is reported, because its last output is
  /// still being copied to the pipe.
  private static final long FEED_MILLIS = 50;

  /// Time limit for a command that provides a secret.
  private static final Duration COMMAND_LIMIT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Context context;
  private final GodContext god;
  private final LogCapture logCapture;
  private final BalancerCoordinator balancerCoordinator;
  private final BiConsumer<Instance, Event> supervisor;
  private final SpawnRequests requests;
  private final StopCommands stopCommands;
  private final Ears ears;
  private final PidFiles pidFiles;
  private final WorkerExecutor spawners;
  private final StartVariables startVariables;
  private final MonitoringUpdate checks;
  private final PackageVersions versions;

  /// The instances that have a process, or for which one is being created.
  private final Set<Instance> holding = new HashSet<>();

  /// The handlers of everything that processes report except their exits.
  ///
  /// @param ipcHandler handles their messages
  /// @param healthCoordinator monitors their health
  /// @param limits handles the kernel's enforcement of their memory limits
  /// @param messages parses their messages
  public record Ears(
      IpcHandler ipcHandler,
      HealthCoordinator healthCoordinator,
      MemoryLimits limits,
      Messages messages) {}

  public Processes(
      Context context,
      GodContext god,
      Ears ears,
      BalancerCoordinator balancerCoordinator,
      BiConsumer<Instance, Event> supervisor) {
    this.vertx = context.owner();
    this.logCapture = new LogCapture(vertx);
    this.balancerCoordinator = balancerCoordinator;
    this.context = context;
    this.god = god;
    this.ears = ears;
    this.supervisor = supervisor;
    this.requests = new SpawnRequests(god.home());
    var store = new KeyValueStore(god.home());
    var running = new RunningVariables(god.host(), requests, store);
    this.checks = new MonitoringUpdate(vertx, ears.healthCoordinator, running);
    this.stopCommands = new StopCommands(vertx, context, god, requests, running);
    this.pidFiles = new PidFiles(vertx, god.host(), god.home());
    this.startVariables =
        new StartVariables(vertx, System.getenv(), COMMAND_LIMIT, store, god.host().appAccess());
    this.versions = new PackageVersions(god.host().appAccess());
    this.spawners = vertx.createSharedWorkerExecutor("jpm-spawn", SPAWN_THREADS);
  }

  public LogCapture logCapture() {
    return logCapture;
  }

  private void on(Instance instance, Event event) {
    supervisor.accept(instance, event);
  }

  /// Signals the tree of `instance`, or only its main process.
  ///
  /// @param sent run when the signal has been sent; never run if there is no process
  public void signal(Instance instance, Effect.SignalTree order, Runnable sent) {
    Child child = instance.child;
    if (child == null) {
      // Adopted without a process, or the main process was never created: nothing to end.
      context.runOnContext(_ -> on(instance, new Event.TreeGone(order.generation())));
      return;
    }
    Failpoint.SIGNAL_BEGINS.hit();
    // The first signal of a stop decides for the whole stop: a new spec must not leave half a tree
    // running.
    instance.treeOrdered |= instance.spec.stop().wholeTree();
    if (instance.treeOrdered) {
      child.signalTree(order.signal(), () -> context.runOnContext(_ -> sent.run()));
    } else {
      child.signalMain(order.signal());
      sent.run();
    }
    Failpoint.SIGNALLED.hit();
  }

  /// Sends PM2's shutdown message. Whether the app reads its IPC channel is unknown; without a
  /// channel, the stop continues with the signal.
  public void sendShutdown(Instance instance, long generation) {
    Child child = instance.child;
    if (child == null || !child.send("\"shutdown\"")) {
      context.runOnContext(_ -> on(instance, new Event.StopCommandEnded(generation)));
    }
  }

  /// Runs the app's stop command and reports its end.
  public void runStopCommand(Instance instance, long generation) {
    stopCommands.run(instance, () -> on(instance, new Event.StopCommandEnded(generation)));
  }

  /// Spawns the process of `generation` and reports the result.
  public void spawn(Instance instance, long generation) {
    forgetChild(instance);
    instance.channel = new AppChannel();
    instance.treeOrdered = false;
    Optional<String> tooMany = tooMany();
    if (tooMany.isPresent()) {
      var refused = new SpawnResult.Refused(tooMany.get(), false);
      context.runOnContext(_ -> spawned(instance, generation, refused));
      return;
    }
    holding.add(instance);
    logCapture
        .open(instance)
        .compose(problem ->
            problem.isPresent()
                ? Future.succeededFuture(new SpawnResult.Refused(problem.get(), false))
                : prepare(instance, generation))
        .onSuccess(result -> spawned(instance, generation, result))
        .onFailure(error -> {
          LOG.log(Level.ERROR, "starting " + instance.label() + " failed", error);
          spawned(instance, generation, new SpawnResult.Refused("internal error: " + error, false));
        });
  }

  /// Returns why no further process can be created. Commands are refused earlier, but after a boot
  /// more starts may be due than this daemon has descriptors for.
  private Optional<String> tooMany() {
    return god.host()
        .openFiles()
        .filter(limit -> holding.size() >= limit.mostInstances())
        .map(limit -> limit.refusal(1, holding.size()));
  }

  private Future<SpawnResult> prepare(Instance instance, long generation) {
    AppSpec spec = instance.spec;
    return startVariables
        .read(spec)
        .compose(outcome ->
            switch (outcome) {
              case Outcome.Read read -> prepare(instance, generation, spec, read);
              case Outcome.Refused(String reason) ->
                  Future.succeededFuture(new SpawnResult.Refused(reason, true));
            });
  }

  private Future<SpawnResult> prepare(
      Instance instance, long generation, AppSpec spec, Outcome.Read read) {
    instance.fileVariables = read.files();
    return balancerCoordinator
        .prepare(instance)
        .compose(reply ->
            switch (reply) {
              // The spec has been replaced meanwhile.
              case BalancerReply.Prepared _ when !instance.spec.equals(spec) ->
                  prepare(instance, generation);
              case BalancerReply.Prepared share -> make(instance, generation, share, read);
              case BalancerReply.Refused(String reason) ->
                  Future.succeededFuture(new SpawnResult.Refused(reason, false));
              case BalancerReply.Done _,
                  BalancerReply.Drained _,
                  BalancerReply.Status _,
                  BalancerReply.Route _,
                  BalancerReply.Handover _ ->
                  Future.failedFuture(new IllegalStateException("an answer to another question"));
            });
  }

  private Future<SpawnResult> make(
      Instance instance, long generation, BalancerReply.Prepared share, Outcome.Read read) {
    SpawnRequest request = requests.main(instance, generation, share, read);
    Watcher watcher = new Watcher(instance, generation);
    instance.earlyReports = watcher;
    Map<String, String> open = new HashMap<>(request.environment());
    open.keySet().removeAll(read.secrets().keySet());
    // On separate threads: a program on a hung network disk must not block the journal.
    return ears.healthCoordinator
        .attend(instance, open)
        .compose(_ ->
            spawners.executeBlocking(
                () -> {
                  instance.version =
                      versions.of(instance.spec.command().script(), instance.spec.runAs());
                  // Discards output of earlier processes in the pipe, which does not belong to this
                  // process.
                  takeTail(tellingPipe(instance));
                  Failpoint.SPAWN_BEGINS.hit();
                  SpawnResult result = god.host().spawn(request, watcher);
                  Failpoint.SPAWNED.hit();
                  return result;
                },
                false))
        .map(Objects::requireNonNull);
  }

  /// Returns the pipe to which a process prints why it exits: with a terminal, all output goes to
  /// the same pipe.
  private static Path tellingPipe(Instance instance) {
    return instance.spec.logs().terminal()
        ? instance.paths.out().fifo()
        : instance.paths.error().fifo();
  }

  private byte[] takeTail(Path pipe) {
    return god.host().logPipes().map(pipes -> pipes.takeTail(pipe)).orElseGet(() -> new byte[0]);
  }

  /// Returns the most informative line of the output of `instance` while no daemon ran; empty if
  /// there is none. The output has not been followed by that of another process. May block briefly.
  public String lastWordsOf(Instance instance) {
    return ExitReasonLine.of(takeTail(tellingPipe(instance)));
  }

  /// Returns the monitoring of processes that already run.
  public MonitoringUpdate checks() {
    return checks;
  }

  private void spawned(Instance instance, long generation, SpawnResult result) {
    switch (result) {
      case SpawnResult.Started(Child child) -> {
        Instant now = god.wallClock().instant();
        watch(instance, child);
        balancerCoordinator.began(instance, child.identity(), false);
        ears.healthCoordinator.began(instance, child.identity());
        instance.startedAt = Optional.of(now);
        writePid(instance);
        warnOfLimits(instance, child);
        on(instance, new Event.Spawned(generation));
        Failpoint.SPAWN_TOLD.hit();
        begin(instance);
        // The spec may have changed while the process was being created.
        checks.look(instance);
      }
      case SpawnResult.Refused(String reason, boolean temporary) -> {
        holding.remove(instance);
        instance.startedAt = Optional.empty();
        balancerCoordinator.ended(instance);
        on(instance, new Event.SpawnFailed(generation, reason, temporary));
      }
    }
  }

  private static void warnOfLimits(Instance instance, Child child) {
    String unenforced = LimitText.unenforced(instance.spec, child);
    if (!unenforced.isEmpty()) {
      LOG.log(Level.WARNING, "{0}: {1}", instance.label(), unenforced);
    }
  }

  private void watch(Instance instance, Child child) {
    instance.child = child;
    instance.recorded = Optional.empty();
    holding.add(instance);
    instance.latest = Optional.of(child.identity());
    logCapture.tellKeeper(new KeeperCommand.Remember(child.identity()));
  }

  /// Lets reports about the current process through.
  public void begin(Instance instance) {
    if (instance.earlyReports != null) {
      instance.earlyReports.begin();
    }
  }

  /// Applies a changed spec to a running process: further output goes to the new log files, and the
  /// pid to the new pid file.
  ///
  /// @param captured the request by which LogAggregator captures the output now
  /// @param pidFile path of the current pid file
  public void moved(Instance instance, LogsCommand.Open captured, Path pidFile) {
    logCapture.moved(instance, captured);
    if (instance.child != null && !pidFile.equals(instance.paths.pidFile())) {
      pidFiles.remove(pidFile, captured.runAs());
      writePid(instance);
    }
  }

  /// Updates the pid files after `instance` has replaced `old` in the list.
  public void tookPlace(Instance instance, Instance old) {
    if (!old.paths.pidFile().equals(instance.paths.pidFile())) {
      pidFiles.remove(old.paths.pidFile(), old.spec.runAs());
    }
    writePid(instance);
  }

  private void writePid(Instance instance) {
    Child child = instance.child;
    if (child != null && instance.replacementRole == ReplacementRole.CURRENT) {
      pidFiles.write(instance.paths.pidFile(), instance.spec.runAs(), child.identity().pid());
    }
  }

  /// Removes the pid file, unless the process is a candidate or draining: then the file belongs to
  /// the current process.
  private void removePid(Instance instance) {
    if (instance.replacementRole == ReplacementRole.CURRENT) {
      pidFiles.remove(instance.paths.pidFile(), instance.spec.runAs());
    }
  }

  /// Adopts a process of an earlier daemon.
  ///
  /// @return whether it is running
  public Future<Boolean> adopt(Instance instance, FoundProcess found) {
    var watcher = new Watcher(instance, found.generation());
    instance.earlyReports = watcher;
    String tag = instance.tag(god.home(), found.generation());
    return Blocking.call(
            vertx,
            () -> {
              instance.fileVariables = balancerCoordinator.ofFiles(instance);
              return god.host().adopt(found.identity(), tag, watcher);
            })
        .map(child -> {
          child.ifPresent(c -> watch(instance, c));
          return child.isPresent();
        });
  }

  /// Returns the possible leftovers of a main process that is gone; empty if the app's tree must
  /// not be ended. Must be called before a new process is created.
  public Optional<Child> remainsOf(Instance instance, long generation, ProcessIdentity gone) {
    removePid(instance);
    if (!instance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    String tag = instance.tag(god.home(), generation);
    return Optional.of(god.host().adoptLeftovers(gone, tag, new Watcher(instance, generation)));
  }

  /// Releases the instance's process, which is gone or does not exist, and removes its pid file.
  void forgetChild(Instance instance) {
    stopCommands.end(instance);
    Child child = instance.child;
    if (child != null) {
      instance.child = null;
      holding.remove(instance);
      child.release();
      removePid(instance);
    }
  }

  /// Passes a child's events from the host's thread to God's context, in order. A program that
  /// exits immediately may overtake the report that it was created.
  final class Watcher implements ChildWatcher, EarlyReports {
    private final Instance instance;
    private final long generation;
    private final Path pipe;
    private final boolean terminal;
    private boolean live;
    private Optional<Runnable> early = Optional.empty();
    private final List<Runnable> unheard = new ArrayList<>();

    /// Number of messages and events of this process that are still in [Messages]. While there are
    /// any, later events, including the exit, take the same path, which preserves their order.
    private final AtomicInteger unread = new AtomicInteger();

    Watcher(Instance instance, long generation) {
      this.instance = instance;
      this.generation = generation;
      this.pipe = tellingPipe(instance);
      this.terminal = instance.spec.logs().terminal();
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
      // Immediately, before another process can print to the same pipe.
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

    /// Runs `step` on the context. For a program with a terminal it first waits a moment for the
    /// process that copies its output to the pipe. Steps keep their order.
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
        ears.messages.execute(() -> onContext(step));
      }
    }

    /// Runs on the thread of [Messages].
    private void onContext(Runnable step) {
      context.runOnContext(_ -> step.run());
      unread.decrementAndGet();
    }

    @Override
    public void message(String json, Runnable heard) {
      unread.incrementAndGet();
      ears.messages.read(
          new Messages.Incoming(instance.spec.name(), json, heard),
          read -> onContext(() -> read.ifPresent(said -> whenLive(() -> hear(said)))));
    }

    @Override
    public void internal(String json, Runnable heard) {
      unread.incrementAndGet();
      ears.messages.judge(
          new Messages.Incoming(instance.spec.name(), json, heard),
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
      balancerCoordinator.heard(instance, generation, json, heard);
    }

    private void hear(IpcHandler.Said said) {
      try {
        ears.ipcHandler.heard(instance, generation, said.message());
      } finally {
        said.heard().run();
      }
    }

    @Override
    public void partRanOutOfMemory(long processes) {
      context.runOnContext(_ -> ears.limits.partEnded(instance, generation, processes));
    }

    @Override
    public void slowedForMemory() {
      context.runOnContext(_ -> ears.limits.slowed(instance, generation));
    }

    @Override
    public void treeGone() {
      afterFeed(() -> {
        if (instance.state.generation() == generation) {
          Failpoint.TREE_GONE_SEEN.hit();
          Child child = instance.child;
          boolean killed = child == null || child.hasKilledOthers();
          forgetChild(instance);
          on(instance, new Event.TreeGone(generation, killed));
          Failpoint.TREE_GONE_TOLD.hit();
        }
      });
    }

    private void ended(Exit exit, byte[] tail) {
      Child child = instance.child;
      if (instance.state.generation() != generation || child == null) {
        return;
      }
      Failpoint.EXIT_SEEN.hit();
      balancerCoordinator.ended(instance);
      boolean leftovers = child.hasLeftovers();
      String killed = LimitText.ofEnd(instance.spec, child, exit);
      boolean treeIsWatched =
          instance.treeOrdered || (instance.spec.stop().wholeTree() && leftovers);
      if (!treeIsWatched) {
        forgetChild(instance);
      }
      on(
          instance,
          new Event.Exited(
              generation,
              exit,
              leftovers,
              killed,
              ExitReasonLine.of(tail),
              BackgroundingAdvice.of(instance.spec, child.leftoverProcess())));
      Failpoint.EXIT_TOLD.hit();
    }
  }
}
