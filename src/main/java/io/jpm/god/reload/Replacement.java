package io.jpm.god.reload;

import io.jpm.god.change.GodServices;
import io.jpm.god.instance.Instance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.model.AppSpec;
import io.jpm.model.Readiness;
import io.jpm.model.run.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
import io.jpm.supervise.Policies;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Replaces the process of one instance by a new one. Owned by GodVerticle's context.
final class Replacement {
  private static final String OVERTAKEN = "it was stopped meanwhile";

  private final GodServices godServices;
  private final InstanceSwap instanceSwap;

  Replacement(GodServices godServices) {
    this.godServices = godServices;
    this.instanceSwap = godServices.instanceSwap();
  }

  /// Puts a process of `spec` in the place of `old`, or restarts it where it does not run.
  ///
  /// @return why that has failed, as a sentence without its end; empty: it is done, and nothing is
  ///   left of the process before
  Future<Optional<String>> replace(Instance old, AppSpec spec) {
    return replace(old, spec, false);
  }

  /// As above.
  ///
  /// @param apart whether each process has sockets of its own: where the one before ends meanwhile,
  ///   the one that follows it by itself and the new one could not be told apart
  Future<Optional<String>> replace(Instance old, AppSpec spec, boolean apart) {
    if (isSuperseded(old)) {
      return Future.succeededFuture(Optional.of(old.title() + ": " + OVERTAKEN));
    }
    if (old.state.phase() != Phase.ONLINE) {
      return restart(old, spec);
    }
    Instance successor = instanceSwap.createCandidate(old, spec);
    return godServices
        .journal()
        .kept()
        .compose(problem -> {
          if (problem.isPresent()) {
            return refuse(successor, old, problem.get());
          }
          Failpoint.RELOAD_SUCCESSOR_MADE.hit();
          return isSuperseded(old) ? fail(successor, old, "") : begin(successor, old, apart);
        });
  }

  /// A process that the next daemon would not know is not made.
  private Future<Optional<String>> refuse(Instance successor, Instance old, String problem) {
    String sentence = "%s: %s%s".formatted(old.title(), problem, oldProcessNote(old));
    return instanceSwap.end(successor).map(_ -> Optional.of(sentence));
  }

  /// Another command has come between.
  private boolean isSuperseded(Instance old) {
    return godServices.reloadInterruptions().interrupted(old.spec.name()) || old.removed;
  }

  /// Whether an instance runs that nothing else is to happen to.
  boolean isServing(Instance instance) {
    return !isSuperseded(instance)
        && instance.state.phase() == Phase.ONLINE
        && instance.state.desiredState() == DesiredState.UP;
  }

  /// Restarts an instance; completes when it has settled.
  ///
  /// @return what has failed, as of [#replace]
  Future<Optional<String>> restart(Instance instance, AppSpec spec) {
    if (!spec.equals(instance.spec)) {
      godServices.instanceReconciler().describe(instance, spec);
    }
    godServices.supervisor().on(instance, new Event.RestartAsked());
    return instance
        .when(DependencySequence::settled)
        .map(_ ->
            instance.state.phase() == Phase.ERRORED
                ? Optional.of(instance.title() + ": " + instance.state.reason())
                : Optional.empty());
  }

  private Future<Optional<String>> begin(Instance successor, Instance old, boolean apart) {
    String pid = old.latest.map(p -> "pid " + p.pid()).orElse("the present process");
    boolean listened = old.listening;
    var ended = new AtomicReference<>("");
    godServices
        .supervisor()
        .on(
            successor,
            new Event.TryAsked("reload: takes the place of %s when it is ready".formatted(pid)));
    successor
        .when(state -> state.startBlocker() == StartBlocker.READINESS || state.isOver())
        .onSuccess(_ -> awaitStability(successor, old, listened));
    if (apart) {
      old.when(state -> state.phase() != Phase.ONLINE)
          .onSuccess(_ -> giveUp(successor, old, ended));
    }
    return successor
        .when(state -> state.phase() == Phase.ONLINE || state.isOver())
        .compose(_ ->
            isReady(successor.state) && !isSuperseded(old)
                ? swap(successor, old)
                : fail(successor, old, ended.get()));
  }

  /// The process of `old` has ended by itself.
  ///
  /// @param reason gets why the new one is stopped, where it is
  private void giveUp(Instance successor, Instance old, AtomicReference<String> reason) {
    if (!isReady(successor.state) && !successor.state.isOver() && !isSuperseded(old)) {
      reason.set("the process that it was to follow has ended: " + old.state.reason());
      godServices.supervisor().on(successor, new Event.StopAsked());
    }
  }

  private static boolean isReady(Supervised state) {
    return state.phase() == Phase.ONLINE && state.desiredState() == DesiredState.UP;
  }

  /// Where nothing tells that a process is ready it is so when it has run for a while.
  private void awaitStability(Instance successor, Instance old, boolean listened) {
    if (successor.readinessIsTold() || successor.state.isOver()) {
      return;
    }
    Duration stable = successor.spec.restart().minUptime();
    // A limit that is shorter than that would make every reload fail.
    Duration most = Policies.patienceOnTrial(successor.spec).multipliedBy(9).dividedBy(10);
    Duration delay = stable.compareTo(most) < 0 ? stable : most;
    long generation = successor.state.generation();
    godServices
        .vertx()
        .setTimer(
            Math.max(1, delay.toMillis()),
            _ -> {
              if (!gate(successor, old, listened).opensByListening()) {
                godServices.supervisor().on(successor, new Event.Ready(generation));
              }
            });
  }

  private ReadyGate gate(Instance successor, Instance old, boolean listened) {
    long age = godServices.god().nanoTime().getAsLong() - old.state.onlineSinceNanos();
    return new ReadyGate(
        successor.mustListen,
        listened || old.listening,
        godServices.registry().ofApp(old.spec.name()).stream().anyMatch(it -> it.listening),
        age < Policies.patienceOnTrial(successor.spec).toNanos());
  }

  private Future<Optional<String>> swap(Instance successor, Instance old) {
    instanceSwap.promote(successor, old);
    // Written before the old one is drained: the next daemon must not end the one that serves.
    return godServices
        .journal()
        .written()
        .compose(_ -> instanceSwap.retire(old))
        .map(_ -> {
          // The command that has asked for the reload tells it of the one that is in the list.
          successor.forced = old.forced;
          return Optional.empty();
        });
  }

  /// @param ended why the new process was stopped; empty: it was not
  private Future<Optional<String>> fail(Instance successor, Instance old, String ended) {
    String reason =
        !ended.isEmpty()
            ? ended
            : isSuperseded(old) || successor.state.desiredState() == DesiredState.DOWN
                ? OVERTAKEN
                : "the new process did not get ready: "
                    + successor.state.reason()
                    + missingReadiness(successor);
    if (!old.removed) {
      instanceSwap.announceFailure(old, reason);
    }
    String sentence = old.title() + ": " + reason + oldProcessNote(old);
    return instanceSwap.end(successor).map(_ -> Optional.of(sentence));
  }

  /// What may be wrong with a process that has run for as long as it may without taking
  /// connections.
  private static String missingReadiness(Instance successor) {
    boolean mute =
        !successor.spec.readiness().awaited()
            && successor.state.reason().startsWith(Readiness.NOT_READY);
    return mute && !successor.unready.isEmpty() ? ": " + successor.unready : "";
  }

  private static String oldProcessNote(Instance old) {
    return old.state.phase() == Phase.ONLINE && old.state.desiredState() == DesiredState.UP
        ? old.process().map(p -> "; pid %d goes on serving".formatted(p.pid())).orElse("")
        : "";
  }
}
