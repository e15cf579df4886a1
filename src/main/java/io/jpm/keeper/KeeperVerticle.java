package io.jpm.keeper;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.keeper.KeeperContext.Duty;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.function.Consumer;

/// Ensures that the home has a living keeper, which holds the log pipes and knows its task. Serves
/// [KeeperCommand]s on [Addresses#KEEPER_COMMAND].
///
/// At start it connects to the keeper of an earlier daemon, before God asks how processes have
/// ended. A new keeper is started only when it is needed, so that it does not delay the boot. If
/// the verticle stops without [#detach], the keeper receives no further order and continues with
/// those that it has.
public final class KeeperVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.keeper");

  private final KeeperContext keeper;
  private final SequencedSet<Path> held = new LinkedHashSet<>();
  private Duty duty;
  private boolean guarding;
  private boolean there;
  private boolean making;
  private boolean goneEarly;
  private boolean parted;
  private long since;
  private RestartDelay restartDelay = RestartDelay.NONE;
  private String lastProblem = "";

  /// Accessed only off the event loop, in tasks that run one after another.
  private Optional<KeeperClient> link = Optional.empty();

  private boolean asked;

  public KeeperVerticle(KeeperContext keeper) {
    this.keeper = keeper;
    this.duty = keeper.duty();
  }

  @Override
  public Future<?> start() {
    return BlockingCalls.call(vertx, this::reach)
        .compose(found -> {
          there = found;
          since = keeper.nanoTime().getAsLong();
          if (found && duty == Duty.HOLD) {
            tell(new KeeperInstruction.Rest());
          }
          return found && duty == Duty.NONE ? detach(new KeeperInstruction.Quit()) : succeeded();
        })
        .compose(_ ->
            vertx
                .eventBus()
                .<KeeperCommand>consumer(Addresses.KEEPER_COMMAND, m -> serve(m.body()))
                .completion());
  }

  /// Connects to an existing keeper. The host may not be available yet, and without a pipe there is
  /// no need to wait for it.
  private boolean reach() {
    return Files.exists(keeper.fifo()) && link().map(KeeperClient::attach).orElse(false);
  }

  private Optional<KeeperClient> link() {
    if (!asked) {
      asked = true;
      link = keeper.clients().open(() -> context.runOnContext(_ -> gone()));
    }
    return link;
  }

  private static Future<Void> succeeded() {
    return Future.succeededFuture();
  }

  /// Tells the keeper to restart the daemon if it dies, now that the boot is complete. May be
  /// called on any thread.
  public void guard() {
    context.runOnContext(_ -> {
      if (duty == Duty.GUARD && !parted) {
        guarding = true;
        tell(new KeeperInstruction.Guard());
      }
      ensure();
    });
  }

  /// Ends the connection because the daemon ends on purpose. Completes when the keeper has received
  /// the order; from then on this verticle does nothing. May be called on any thread.
  ///
  /// @param lastOrder the order that the keeper follows without a daemon
  public Future<Void> detach(KeeperInstruction lastOrder) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(_ -> {
      parted = true;
      BlockingCalls.call(
              vertx,
              () -> {
                link()
                    .ifPresent(open -> {
                      open.send(lastOrder);
                      open.close();
                    });
                return true;
              })
          .<Void>mapEmpty()
          .onComplete(done);
    });
    return done.future();
  }

  @Override
  public Future<?> stop() {
    boolean open = there || making;
    parted = true;
    return open
        ? BlockingCalls.call(
            vertx,
            () -> {
              link().ifPresent(KeeperClient::close);
              return true;
            })
        : succeeded();
  }

  private void serve(KeeperCommand command) {
    if (parted || duty == Duty.NONE) {
      return;
    }
    switch (command) {
      case KeeperCommand.Hold(List<Path> fifos) -> {
        held.addAll(fifos);
        tell(new KeeperInstruction.Hold(fifos));
      }
      case KeeperCommand.Drop(List<Path> fifos) -> {
        fifos.forEach(held::remove);
        tell(new KeeperInstruction.Drop(fifos));
      }
      case KeeperCommand.Remember(ProcessIdentity process) ->
          offLoop("remember " + process.pid(), open -> open.storeProcess(process));
    }
    ensure();
  }

  /// Sends the order if a keeper exists. Otherwise the order is not lost: a new keeper receives all
  /// orders that are still valid.
  private void tell(KeeperInstruction order) {
    if (there) {
      offLoop(order.getClass().getSimpleName(), open -> open.send(order));
    }
  }

  private void offLoop(String what, Consumer<KeeperClient> work) {
    BlockingCalls.call(
            vertx,
            () -> {
              link().ifPresent(work);
              return true;
            })
        .onFailure(fault -> LOG.log(Level.ERROR, what + " failed", fault));
  }

  private void ensure() {
    if (there || making || parted || duty == Duty.NONE) {
      return;
    }
    making = true;
    Duration pause = restartDelay.pause();
    if (pause.isZero()) {
      make();
    } else {
      vertx.setTimer(pause.toMillis(), _ -> make());
    }
  }

  private void make() {
    if (parted) {
      return;
    }
    BlockingCalls.call(
            vertx,
            () -> {
              Optional<KeeperClient> open = link();
              if (open.isPresent()) {
                open.get().start();
              }
              return open.isPresent();
            })
        .onComplete(made -> {
          making = false;
          if (made.failed()) {
            cannotBeMade(String.valueOf(made.cause().getMessage()));
          } else if (made.result()) {
            begun();
          } else {
            duty = Duty.NONE;
            LOG.log(Level.INFO, "no keeper: this system does not support one");
          }
        });
  }

  private void begun() {
    there = true;
    since = keeper.nanoTime().getAsLong();
    lastProblem = "";
    if (!held.isEmpty()) {
      tell(new KeeperInstruction.Hold(List.copyOf(held)));
    }
    if (guarding) {
      tell(new KeeperInstruction.Guard());
    }
    if (goneEarly) {
      gone();
    }
  }

  private void cannotBeMade(String problem) {
    restartDelay = restartDelay.after(Duration.ZERO);
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(
          Level.WARNING,
          "no keeper: {0}; without one, the daemon is not restarted when it dies",
          problem);
    }
    ensure();
  }

  private void gone() {
    // The report that it has ended may arrive before the report that it has started.
    goneEarly = making;
    there = false;
    if (parted || making) {
      return;
    }
    restartDelay = restartDelay.after(Duration.ofNanos(keeper.nanoTime().getAsLong() - since));
    Duration pause = restartDelay.pause();
    LOG.log(
        Level.WARNING,
        "the keeper has exited, starting another one{0}",
        pause.isZero() ? "" : " in " + pause.toSeconds() + " s");
    ensure();
  }
}
