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

/// Ensures that a keeper is running, that it holds the log pipes open and that it has received its
/// instructions. Serves [KeeperCommand]s on [Addresses#KEEPER_COMMAND].
///
/// At startup, it connects to the keeper left by an earlier daemon, before God requests the exit
/// statuses of processes. A new keeper is started only when it is needed, so that it does not delay
/// the boot. If the verticle stops without [#detach], the keeper receives no further instructions
/// and continues to follow those that it already has.
public final class KeeperVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.keeper");

  private final KeeperContext keeper;
  private final SequencedSet<Path> heldFifos = new LinkedHashSet<>();
  private Duty duty;
  private boolean guarding;
  private boolean connected;
  private boolean starting;
  private boolean exitedDuringStart;
  private boolean detached;
  private long startedNanos;
  private RestartDelay restartDelay = RestartDelay.NONE;
  private String lastProblem = "";

  /// The client of the keeper, which may be disconnected; empty until it is first needed. Accessed
  /// only in blocking tasks off the event loop, which run one after another.
  private Optional<KeeperClient> link = Optional.empty();

  private boolean linkOpened;

  public KeeperVerticle(KeeperContext keeper) {
    this.keeper = keeper;
    this.duty = keeper.duty();
  }

  @Override
  public Future<?> start() {
    return BlockingCalls.call(vertx, this::attachExisting)
        .compose(found -> {
          connected = found;
          startedNanos = keeper.nanoTime().getAsLong();
          if (found && duty == Duty.HOLD) {
            send(new KeeperInstruction.Rest());
          }
          return found && duty == Duty.NONE ? detach(new KeeperInstruction.Quit()) : succeeded();
        })
        .compose(_ ->
            vertx
                .eventBus()
                .<KeeperCommand>consumer(Addresses.KEEPER_COMMAND, m -> serve(m.body()))
                .completion());
  }

  /// Connects to an existing keeper. [KeeperContext.KeeperClientFactory#open] may block until the
  /// process host is available, so it is not called if there is no pipe and therefore no keeper.
  private boolean attachExisting() {
    return Files.exists(keeper.fifo()) && link().map(KeeperClient::attach).orElse(false);
  }

  private Optional<KeeperClient> link() {
    if (!linkOpened) {
      linkOpened = true;
      link = keeper.clients().open(() -> context.runOnContext(_ -> onExited()));
    }
    return link;
  }

  private static Future<Void> succeeded() {
    return Future.succeededFuture();
  }

  /// Instructs the keeper to restart the daemon if the daemon dies. Called when the boot is
  /// complete; may be called on any thread.
  public void guard() {
    context.runOnContext(_ -> {
      if (duty == Duty.GUARD && !detached) {
        guarding = true;
        send(new KeeperInstruction.Guard());
      }
      ensureRunning();
    });
  }

  /// Disconnects from the keeper before an intended shutdown of the daemon. Completes when the
  /// keeper has received the instruction; after that, this verticle does nothing. May be called on
  /// any thread.
  ///
  /// @param lastOrder the instruction that the keeper follows while no daemon is running
  public Future<Void> detach(KeeperInstruction lastOrder) {
    Promise<Void> done = Promise.promise();
    context.runOnContext(_ -> {
      detached = true;
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
    boolean open = connected || starting;
    detached = true;
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
    if (detached || duty == Duty.NONE) {
      return;
    }
    switch (command) {
      case KeeperCommand.Hold(List<Path> fifos) -> {
        heldFifos.addAll(fifos);
        send(new KeeperInstruction.Hold(fifos));
      }
      case KeeperCommand.Drop(List<Path> fifos) -> {
        fifos.forEach(heldFifos::remove);
        send(new KeeperInstruction.Drop(fifos));
      }
      case KeeperCommand.Remember(ProcessIdentity process) ->
          offLoop("store process " + process.pid(), open -> open.storeProcess(process));
    }
    ensureRunning();
  }

  /// Sends the instruction if a keeper is running. Otherwise the instruction is not lost: a new
  /// keeper receives all instructions that are still valid.
  private void send(KeeperInstruction order) {
    if (connected) {
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
        .onFailure(fault -> LOG.log(Level.ERROR, "a request to the keeper failed: " + what, fault));
  }

  private void ensureRunning() {
    if (connected || starting || detached || duty == Duty.NONE) {
      return;
    }
    starting = true;
    Duration pause = restartDelay.delay();
    if (pause.isZero()) {
      startKeeper();
    } else {
      vertx.setTimer(pause.toMillis(), _ -> startKeeper());
    }
  }

  private void startKeeper() {
    if (detached) {
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
          starting = false;
          if (made.failed()) {
            onStartFailed(String.valueOf(made.cause().getMessage()));
          } else if (made.result()) {
            onStarted();
          } else {
            duty = Duty.NONE;
            LOG.log(Level.INFO, "this system does not support a keeper");
          }
        });
  }

  private void onStarted() {
    connected = true;
    startedNanos = keeper.nanoTime().getAsLong();
    lastProblem = "";
    if (!heldFifos.isEmpty()) {
      send(new KeeperInstruction.Hold(List.copyOf(heldFifos)));
    }
    if (guarding) {
      send(new KeeperInstruction.Guard());
    }
    if (exitedDuringStart) {
      onExited();
    }
  }

  private void onStartFailed(String problem) {
    restartDelay = restartDelay.after(Duration.ZERO);
    if (!problem.equals(lastProblem)) {
      lastProblem = problem;
      LOG.log(
          Level.WARNING,
          "the keeper cannot be started ({0}), so the daemon will not be restarted if it dies",
          problem);
    }
    ensureRunning();
  }

  private void onExited() {
    // The notification that the keeper has exited may arrive before the notification that it has
    // started.
    exitedDuringStart = starting;
    connected = false;
    if (detached || starting) {
      return;
    }
    restartDelay =
        restartDelay.after(Duration.ofNanos(keeper.nanoTime().getAsLong() - startedNanos));
    Duration pause = restartDelay.delay();
    LOG.log(
        Level.WARNING,
        "the keeper has exited; starting another one{0}",
        pause.isZero() ? "" : " in " + pause.toSeconds() + " s");
    ensureRunning();
  }
}
