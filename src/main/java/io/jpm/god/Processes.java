package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.KeeperCommand;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.bus.OffLoop;
import io.jpm.model.Exit;
import io.jpm.model.ProcessIdentity;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/// The processes behind the instances: made, adopted, signalled, let go of. What happens to them is
/// brought to God's context as events. Owned by it.
final class Processes {
  private static final Logger LOG = System.getLogger("jpm.god");

  private static final int SPAWN_THREADS = 4;

  private final Vertx vertx;
  private final Context context;
  private final GodContext god;
  private final BiConsumer<Instance, Event> supervisor;
  private final SpawnRequests requests;
  private final StopCommands stopCommands;
  private final Speech speech;
  private final PidFiles pidFiles;
  private final WorkerExecutor spawners;

  Processes(
      Vertx vertx,
      Context context,
      GodContext god,
      Speech speech,
      BiConsumer<Instance, Event> supervisor) {
    this.vertx = vertx;
    this.context = context;
    this.god = god;
    this.speech = speech;
    this.supervisor = supervisor;
    this.requests = new SpawnRequests(god.home());
    this.stopCommands = new StopCommands(vertx, context, god, requests);
    this.pidFiles = new PidFiles(vertx, god.host(), god.home());
    this.spawners = vertx.createSharedWorkerExecutor("jpm-spawn", SPAWN_THREADS);
  }

  private void on(Instance instance, Event event) {
    supervisor.accept(instance, event);
  }

  /// Signals the tree of `instance`, or its main process.
  void signal(Instance instance, Effect.SignalTree order) {
    Child child = instance.child;
    if (child == null) {
      // Adopted without a process, or its main process was never made: nothing to end.
      context.runOnContext(_ -> on(instance, new Event.TreeGone(order.generation())));
      return;
    }
    Failpoint.SIGNAL_BEGINS.hit();
    // The first order of a stop decides for all of it: a new spec must not leave half a tree.
    instance.treeOrdered |= instance.spec.stop().wholeTree();
    if (instance.treeOrdered) {
      child.signalTree(order.signal());
    } else {
      child.signalMain(order.signal());
    }
    Failpoint.SIGNALLED.hit();
  }

  /// PM2's message. Whether the app reads its channel nobody knows; where there is none, the signal
  /// does it.
  void sendShutdown(Instance instance, long generation) {
    Child child = instance.child;
    if (child == null || !child.send("\"shutdown\"")) {
      context.runOnContext(_ -> on(instance, new Event.StopCommandEnded(generation)));
    }
  }

  /// Runs the app's stop command; its end is told.
  void runStopCommand(Instance instance, long generation) {
    stopCommands.run(instance, () -> on(instance, new Event.StopCommandEnded(generation)));
  }

  /// Makes the process of `generation`; what has come of it is told.
  void spawn(Instance instance, long generation) {
    forgetChild(instance);
    instance.channel = new AppChannel();
    instance.treeOrdered = false;
    capture(instance)
        .compose(problem ->
            problem.isPresent()
                ? Future.succeededFuture(new SpawnResult.Refused(problem.get(), false))
                : make(instance, generation))
        .onSuccess(result -> spawned(instance, generation, result))
        .onFailure(error -> {
          LOG.log(Level.ERROR, "starting " + instance.label() + " failed", error);
          spawned(instance, generation, new SpawnResult.Refused("internal error: " + error, false));
        });
  }

  private Future<SpawnResult> make(Instance instance, long generation) {
    SpawnRequest request = requests.main(instance, generation);
    Watcher watcher = new Watcher(instance, generation);
    instance.watcher = watcher;
    // Threads of their own: a program on a hung network disk must not hold up the journal.
    return spawners
        .executeBlocking(
            () -> {
              Failpoint.SPAWN_BEGINS.hit();
              SpawnResult result = god.host().spawn(request, watcher);
              Failpoint.SPAWNED.hit();
              return result;
            },
            false)
        .map(Objects::requireNonNull);
  }

  private void spawned(Instance instance, long generation, SpawnResult result) {
    switch (result) {
      case SpawnResult.Started(Child child) -> {
        Instant now = god.wallClock().instant();
        instance.child = child;
        instance.startedAt = Optional.of(now);
        pidFiles.write(instance.paths.pidFile(), instance.spec.runAs(), child.identity().pid());
        tellKeeper(new KeeperCommand.Remember(child.identity()));
        on(instance, new Event.Spawned(generation));
        Failpoint.SPAWN_TOLD.hit();
        begin(instance);
      }
      case SpawnResult.Refused(String reason, boolean temporary) -> {
        instance.startedAt = Optional.empty();
        on(instance, new Event.SpawnFailed(generation, reason, temporary));
      }
    }
  }

  /// Lets the news of the present process's end through.
  void begin(Instance instance) {
    if (instance.watcher != null) {
      instance.watcher.begin();
    }
  }

  /// Has LogAggregator capture the instance's output, before there is any.
  ///
  /// @return why that is not possible, or empty
  Future<Optional<String>> capture(Instance instance) {
    if (instance.captured) {
      return Future.succeededFuture(Optional.empty());
    }
    LogsCommand.Open open = instance.capture();
    return vertx
        .eventBus()
        .<LogsReply>request(Addresses.LOGS_COMMAND, open)
        .map(reply ->
            switch (reply.body()) {
              case LogsReply.Done(), LogsReply.Lines(_, _), LogsReply.Status(_, _, _) -> {
                // A new spec may have come meanwhile with other files.
                instance.captured = open.equals(instance.capture());
                tellKeeper(new KeeperCommand.Hold(List.of(open.outFifo(), open.errorFifo())));
                yield Optional.<String>empty();
              }
              case LogsReply.Failed(String problem) -> Optional.of(problem);
            });
  }

  /// `instance` has come to be described otherwise: what it prints from now on goes where it should
  /// go now, and so does its pid, while its process lives on.
  ///
  /// @param captured what LogAggregator does, or has been asked to do
  /// @param pidFile where the pid stands
  void moved(Instance instance, LogsCommand.Open captured, Path pidFile) {
    Child child = instance.child;
    if (!captured.equals(instance.capture())) {
      boolean open = instance.captured;
      instance.captured = false;
      if (open && child != null) {
        // What it fails for is told when the app is started again, which it then prevents.
        capture(instance);
      }
    }
    if (child != null && !pidFile.equals(instance.paths.pidFile())) {
      pidFiles.remove(pidFile, captured.runAs());
      pidFiles.write(instance.paths.pidFile(), instance.spec.runAs(), child.identity().pid());
    }
  }

  /// Has the keeper take note, for the time when there is no daemon.
  void tellKeeper(KeeperCommand command) {
    vertx.eventBus().send(Addresses.KEEPER_COMMAND, command);
  }

  /// Takes a process that an earlier daemon made under watch.
  ///
  /// @return whether it is alive
  Future<Boolean> adopt(Instance instance, Adoption.Found found) {
    var watcher = new Watcher(instance, found.generation());
    instance.watcher = watcher;
    String tag = Tags.of(god.home(), instance, found.generation());
    return OffLoop.call(vertx, () -> god.host().adopt(found.identity(), tag, watcher))
        .map(child -> {
          child.ifPresent(c -> instance.child = c);
          child.ifPresent(c -> tellKeeper(new KeeperCommand.Remember(c.identity())));
          return child.isPresent();
        });
  }

  /// What a main process, gone meanwhile, may have left of its tree; empty where the app does not
  /// want its tree ended. To be asked for before anything new is made.
  Optional<Child> remainsOf(Instance instance, long generation, ProcessIdentity gone) {
    pidFiles.remove(instance.paths.pidFile(), instance.spec.runAs());
    if (!instance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    String tag = Tags.of(god.home(), instance, generation);
    return Optional.of(god.host().adoptLeftovers(gone, tag, new Watcher(instance, generation)));
  }

  /// Lets go of an instance's process and pid file; the process is gone already, or is not there.
  void forgetChild(Instance instance) {
    stopCommands.end(instance);
    Child child = instance.child;
    if (child != null) {
      instance.child = null;
      child.release();
      pidFiles.remove(instance.paths.pidFile(), instance.spec.runAs());
    }
  }

  /// Brings a child's end from the host's thread to God's context, in order: a program that ends at
  /// once may overtake the news that it was made.
  final class Watcher implements ChildWatcher {
    private final Instance instance;
    private final long generation;
    private boolean live;
    private Optional<Exit> early = Optional.empty();
    private final List<Runnable> unheard = new ArrayList<>();

    Watcher(Instance instance, long generation) {
      this.instance = instance;
      this.generation = generation;
    }

    /// God knows the child from now on.
    void begin() {
      live = true;
      unheard.forEach(Runnable::run);
      unheard.clear();
      early.ifPresent(this::ended);
    }

    @Override
    public void exited(Exit exit) {
      context.runOnContext(_ -> {
        if (live) {
          ended(exit);
        } else {
          early = Optional.of(exit);
        }
      });
    }

    @Override
    public void message(String json, Runnable heard) {
      context.runOnContext(_ -> {
        if (live) {
          hear(json, heard);
        } else {
          unheard.add(() -> hear(json, heard));
        }
      });
    }

    private void hear(String json, Runnable heard) {
      try {
        speech.heard(instance, generation, json);
      } finally {
        heard.run();
      }
    }

    @Override
    public void treeGone() {
      context.runOnContext(_ -> {
        if (instance.state.generation() == generation) {
          Failpoint.TREE_GONE_SEEN.hit();
          forgetChild(instance);
          on(instance, new Event.TreeGone(generation));
          Failpoint.TREE_GONE_TOLD.hit();
        }
      });
    }

    private void ended(Exit exit) {
      Child child = instance.child;
      if (instance.state.generation() != generation || child == null) {
        return;
      }
      Failpoint.EXIT_SEEN.hit();
      boolean leftovers = child.hasLeftovers();
      boolean treeIsWatched =
          instance.treeOrdered || (instance.spec.stop().wholeTree() && leftovers);
      if (!treeIsWatched) {
        forgetChild(instance);
      }
      on(instance, new Event.Exited(generation, exit, leftovers));
      Failpoint.EXIT_TOLD.hit();
    }
  }
}
