package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.OffLoop;
import io.jpm.model.ProcessIdentity;
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

/// The supervisor: every instance of every app is this verticle's, and is touched on its context
/// only.
///
/// At start it reads the journal and adopts what lives; it then serves [GodCommand]s on
/// [Addresses#GOD_COMMAND] and publishes [io.jpm.bus.InstanceEvent]s on [Addresses#GOD_EVENTS].
/// When it stops, apps are left alone: they outlive the daemon.
public final class GodVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodContext god;
  private final Registry registry = new Registry();
  private final Attempts attempts;
  private @Nullable Journal journal;
  private @Nullable Supervisor supervisor;
  private @Nullable Strays strays;

  public GodVerticle(GodContext god) {
    this.god = god;
    this.attempts = new Attempts(god.wallClock());
  }

  @Override
  public Future<?> start() {
    var file = new JournalFile(god.home());
    var journal = new Journal(vertx, god.nanoTime(), file, this::snapshot);
    this.journal = journal;
    var supervisor = new Supervisor(vertx, context, god, registry, journal);
    this.supervisor = supervisor;
    var succession = new Succession(god, registry, supervisor, journal);
    var strays = new Strays(context, god, registry, journal);
    this.strays = strays;
    var adoption = new Adoption(god, context, supervisor, succession);
    var claims = new Claims(god, vertx, registry, supervisor, adoption, strays);
    var parts = Parts.of(vertx, god, registry, supervisor, journal, succession, claims);
    supervisor.renewBy(new Renewal(parts));
    var commands = new Commands(parts, attempts);
    return supervisor
        .balancing()
        .listen()
        .compose(_ -> supervisor.listen())
        .compose(_ -> OffLoop.call(vertx, file::find))
        .compose(found -> {
          JournalEntry.Snapshot snapshot = found.content().orElse(JournalEntry.Snapshot.EMPTY);
          restore(snapshot);
          var looked = strays.look(found);
          boolean whole = found.content().isPresent() && found.problems().isEmpty();
          // Where nothing is to be adopted the door opens meanwhile.
          Future<Void> adopted =
              snapshot.entries().isEmpty()
                  ? Future.succeededFuture()
                  : looked.compose(tagged -> adoption.adoptAll(registry, tagged)).<Void>mapEmpty();
          return whole ? stalePipes(looked).compose(_ -> adopted) : adopted;
        })
        .compose(_ -> new StoreDoor(vertx, god.home()).open())
        .compose(_ -> {
          supervisor.begin();
          journal.written().onSuccess(_ -> exitsAreRecorded());
          return vertx
              .eventBus()
              .<GodCommand>consumer(Addresses.GOD_COMMAND, m -> serve(commands, m))
              .completion();
        });
  }

  /// Apps are left alone; what the next daemon needs to know of them is written down.
  @Override
  public Future<?> stop() {
    if (supervisor == null || journal == null) {
      return Future.succeededFuture();
    }
    Supervisor ending = supervisor;
    Future<?> closed =
        OffLoop.call(
            vertx,
            () -> {
              ending.close();
              return true;
            });
    return Future.join(closed, journal.forced());
  }

  /// Completes before a pipe can be made; what is stale is removed when that is known.
  private Future<Void> stalePipes(Future<Map<Tags.Mark, ProcessIdentity>> looked) {
    var pipes = new StalePipes(vertx, god.home());
    return pipes.look().onSuccess(_ -> looked.onSuccess(tagged -> pipes.remove(lives(tagged))));
  }

  /// Whoever may still need its pipes.
  private Set<String> lives(Map<Tags.Mark, ProcessIdentity> tagged) {
    Set<String> lives = new HashSet<>();
    registry.ofAllRoles().forEach(it -> lives.add(Tags.life(it.id, it.birth)));
    tagged.keySet().forEach(mark -> lives.add(mark.life()));
    return lives;
  }

  private void exitsAreRecorded() {
    OffLoop.call(
        vertx,
        () -> {
          god.host().exitsAreRecorded();
          return true;
        });
  }

  private JournalEntry.Snapshot snapshot() {
    return new JournalEntry.Snapshot(
        registry.nextId(),
        registry.ofAllRoles().stream().map(JournalEntry::of).toList(),
        registry.files().all(),
        strays == null ? List.of() : strays.damage(),
        attempts.records());
  }

  private void restore(JournalEntry.Snapshot snapshot) {
    for (JournalEntry entry : snapshot.entries()) {
      var instance = new Instance(entry.life(), entry.spec(), god.home());
      instance.role = entry.sharing().role();
      instance.memo = entry.sharing().memo();
      instance.listening = entry.sharing().listening();
      instance.balanced = entry.spec().cluster().enabled();
      instance.state = entry.state();
      instance.startedAt = entry.startedAt();
      instance.recorded = entry.process();
      instance.latest = entry.process();
      entry.actions().forEach(instance.channel::offered);
      instance.version = entry.version();
      registry.add(instance);
    }
    snapshot.files().forEach(registry.files()::watch);
    attempts.restore(snapshot.attempts());
    registry.continueFrom(snapshot.nextId());
  }

  private static void serve(Commands commands, Message<GodCommand> message) {
    // Composed, so that what is thrown is answered too.
    Future.succeededFuture(message.body())
        .compose(commands::carryOut)
        .onComplete(result -> {
          if (result.succeeded()) {
            message.reply(result.result());
          } else {
            // Not the command itself: environments are in it.
            String command = message.body().getClass().getSimpleName();
            LOG.log(Level.ERROR, "command " + command + " failed", result.cause());
            message.reply(new GodReply(List.of(), List.of("internal error: " + result.cause())));
          }
        });
  }
}
