package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.FileErrors;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.adoption.Adoption;
import io.jpm.god.adoption.ProcessReclaimer;
import io.jpm.god.adoption.StalePipes;
import io.jpm.god.adoption.UnlistedProcesses;
import io.jpm.god.command.Commands;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.IdempotencyRegistry;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.Tags;
import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalEntry;
import io.jpm.god.journal.JournalFile;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.rollout.ReplacementScheduler;
import io.jpm.god.store.StoreService;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The supervisor. This verticle owns all instances of all apps and accesses them only on its own
/// context.
///
/// When it starts, it reads the journal and adopts the processes that the previous daemon left
/// running. It then serves [GodCommand]s on [Addresses#GOD_COMMAND] and publishes
/// [io.jpm.bus.god.InstanceEvent]s on [Addresses#GOD_EVENTS]. When it stops, the apps continue to
/// run without the daemon.
public final class GodVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodContext god;
  private final Registry registry = new Registry();
  private final IdempotencyRegistry idempotencyRegistry;
  private @Nullable Journal journal;
  private @Nullable Supervisor supervisor;
  private @Nullable UnlistedProcesses unlistedProcesses;

  public GodVerticle(GodContext god) {
    this.god = god;
    this.idempotencyRegistry = new IdempotencyRegistry(god.wallClock());
  }

  @Override
  public Future<?> start() {
    var file = new JournalFile(god.home());
    var journal = new Journal(vertx, god.nanoTime(), file, this::snapshot);
    this.journal = journal;
    var supervisor = new Supervisor(vertx, context, god, registry, journal);
    this.supervisor = supervisor;
    var instanceSwap = new InstanceSwap(god, registry, supervisor, journal);
    var unlistedProcesses = new UnlistedProcesses(context, god, registry, journal);
    this.unlistedProcesses = unlistedProcesses;
    var adoption = new Adoption(god, context, supervisor, instanceSwap);
    var processReclaimer =
        new ProcessReclaimer(god, vertx, registry, supervisor, adoption, unlistedProcesses);
    var godServices =
        GodServices.of(vertx, god, registry, supervisor, journal, instanceSwap, processReclaimer);
    supervisor.setReplacer(new ReplacementScheduler(godServices)::schedule);
    var commands = new Commands(godServices, idempotencyRegistry);
    return supervisor
        .balancerCoordinator()
        .listen()
        .compose(_ -> supervisor.listen())
        .compose(_ -> BlockingCalls.call(vertx, file::readWithProblems))
        .compose(found -> {
          JournalEntry.Snapshot snapshot = found.content().orElse(JournalEntry.Snapshot.EMPTY);
          restore(snapshot);
          var looked = unlistedProcesses.look(found);
          boolean whole = found.content().isPresent() && found.problems().isEmpty();
          // If there are no instances in the journal, commands are served before the scan of
          // processes has completed.
          Future<Void> adopted =
              snapshot.entries().isEmpty()
                  ? Future.succeededFuture()
                  : looked.compose(tagged -> adoption.adoptAll(registry, tagged)).<Void>mapEmpty();
          return whole ? stalePipes(looked).compose(_ -> adopted) : adopted;
        })
        .compose(_ -> new StoreService(vertx, god.home()).open())
        .compose(_ -> {
          supervisor.start();
          journal.written().onSuccess(_ -> exitsAreRecorded());
          return vertx
              .eventBus()
              .<GodCommand>consumer(Addresses.GOD_COMMAND, m -> serve(commands, m))
              .completion();
        });
  }

  /// Leaves the apps running and writes to the journal the state that the next daemon needs.
  @Override
  public Future<?> stop() {
    if (supervisor == null || journal == null) {
      return Future.succeededFuture();
    }
    Supervisor ending = supervisor;
    Future<?> closed =
        BlockingCalls.call(
            vertx,
            () -> {
              ending.close();
              return true;
            });
    return Future.join(closed, journal.flushed());
  }

  /// Lists the existing pipes, then removes the stale ones in the background. The future completes
  /// after the listing and must be awaited before a new pipe is created.
  private Future<Void> stalePipes(Future<Map<Tags.InstanceTag, ProcessIdentity>> looked) {
    var pipes = new StalePipes(vertx, god.home());
    return pipes.scan().onSuccess(_ -> looked.onSuccess(tagged -> pipes.remove(lives(tagged))));
  }

  /// Returns the names of the incarnations whose pipes may still be in use.
  private Set<String> lives(Map<Tags.InstanceTag, ProcessIdentity> tagged) {
    Set<String> lives = new HashSet<>();
    registry.ofAllRoles().forEach(it -> lives.add(Tags.incarnationName(it.id, it.incarnation)));
    tagged.keySet().forEach(instanceTag -> lives.add(instanceTag.incarnationName()));
    return lives;
  }

  private void exitsAreRecorded() {
    BlockingCalls.call(
        vertx,
        () -> {
          god.host().acknowledgeExits();
          return true;
        });
  }

  private JournalEntry.Snapshot snapshot() {
    return new JournalEntry.Snapshot(
        registry.nextId(),
        registry.ofAllRoles().stream().map(JournalEntry::of).toList(),
        registry.files().all(),
        unlistedProcesses == null ? List.of() : unlistedProcesses.damage(),
        idempotencyRegistry.records());
  }

  private void restore(JournalEntry.Snapshot snapshot) {
    for (JournalEntry entry : snapshot.entries()) {
      var supervisedInstance =
          new SupervisedInstance(entry.instanceIdentity(), entry.spec(), god.home());
      supervisedInstance.replacementRole = entry.balancing().replacementRole();
      supervisedInstance.balancerState = entry.balancing().balancerState();
      supervisedInstance.listening = entry.balancing().listening();
      supervisedInstance.stopsGracefully = entry.stopsGracefully();
      supervisedInstance.balanced = entry.spec().cluster().enabled();
      supervisedInstance.state = entry.state();
      supervisedInstance.startedAt = entry.startedAt();
      supervisedInstance.recorded = entry.process();
      supervisedInstance.unreportedExitProcess = entry.process();
      entry.channel().restore(supervisedInstance.channel);
      supervisedInstance.version = entry.version();
      supervisedInstance.port = entry.port();
      registry.add(supervisedInstance);
    }
    snapshot.files().forEach(registry.files()::watch);
    idempotencyRegistry.restore(snapshot.attempts());
    registry.continueFrom(snapshot.nextId());
  }

  private static void serve(Commands commands, Message<GodCommand> message) {
    // `compose` turns a thrown exception into a failed future, which is answered below.
    Future.succeededFuture(message.body())
        .compose(commands::carryOut)
        .onComplete(result -> {
          if (result.succeeded()) {
            message.reply(result.result());
          } else {
            // The command itself is not logged, because it contains environments.
            String command = message.body().getClass().getSimpleName();
            LOG.log(Level.ERROR, "command " + command + " failed", result.cause());
            message.reply(
                new GodReply(
                    List.of(),
                    List.of(
                        "internal error: "
                            + FileErrors.of(result.cause())
                            + "; see the daemon's log")));
          }
        });
  }
}
