package io.jpm.god.rollout;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.model.AppSpec;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.SupervisionEvent;
import io.jpm.supervise.SupervisionPolicy;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Replaces the process of one instance with a candidate. Confined to GodVerticle's context.
final class Replacement {
  private static final String OVERTAKEN = "it was stopped in the meantime";

  private final GodServices godServices;
  private final InstanceSwap instanceSwap;

  Replacement(GodServices godServices) {
    this.godServices = godServices;
    this.instanceSwap = godServices.instanceSwap();
  }

  /// Replaces `old` with a process that uses `spec`, or restarts the instance if it is not online.
  ///
  /// @return a description of the failure, without a full stop; empty if the replacement succeeded
  ///   and the old process is gone
  Future<Optional<String>> replace(
      SupervisedInstance old, AppSpec spec, GracefulStops gracefulStops) {
    return replace(old, spec, false, gracefulStops);
  }

  /// Replaces `old` with a process that uses `spec`.
  ///
  /// @param apart whether each process has its own sockets. If the old process exits before the
  ///   candidate is ready, the restarted process and the candidate cannot be distinguished. The
  ///   candidate is therefore stopped.
  /// @param gracefulStops prepares the old process for its stop
  Future<Optional<String>> replace(
      SupervisedInstance old, AppSpec spec, boolean apart, GracefulStops gracefulStops) {
    if (isSuperseded(old)) {
      return Future.succeededFuture(Optional.of(old.title() + ": " + OVERTAKEN));
    }
    if (old.state.phase() != Phase.ONLINE) {
      gracefulStops.prepare(old);
      return restart(old, spec);
    }
    SupervisedInstance successor = instanceSwap.createCandidate(old, spec);
    return godServices
        .journal()
        .persisted()
        .compose(problem -> {
          if (problem.isPresent()) {
            return refuse(successor, old, problem.get());
          }
          Failpoint.RELOAD_SUCCESSOR_MADE.hit();
          return isSuperseded(old)
              ? fail(successor, old, "")
              : begin(successor, old, apart, gracefulStops);
        });
  }

  /// Removes the candidate before it is started. The journal cannot be written, so the next daemon
  /// would not know the process.
  private Future<Optional<String>> refuse(
      SupervisedInstance successor, SupervisedInstance old, String problem) {
    String sentence = "%s: %s%s".formatted(old.title(), problem, oldProcessNote(old));
    return instanceSwap.end(successor).map(_ -> Optional.of(sentence));
  }

  /// Reports whether another command has interrupted the replacement.
  private boolean isSuperseded(SupervisedInstance old) {
    return godServices.reloadInterruptions().interrupted(old.spec.name()) || old.removed;
  }

  /// Reports whether the instance is running and unaffected by other commands.
  boolean isServing(SupervisedInstance supervisedInstance) {
    return !isSuperseded(supervisedInstance)
        && supervisedInstance.state.phase() == Phase.ONLINE
        && supervisedInstance.state.desiredState() == DesiredState.UP;
  }

  /// Restarts an instance. Completes when it has settled.
  ///
  /// @return the failure, as for [#replace]
  Future<Optional<String>> restart(SupervisedInstance supervisedInstance, AppSpec spec) {
    if (!spec.equals(supervisedInstance.spec)) {
      godServices.instanceReconciler().updateSpec(supervisedInstance, spec);
    }
    godServices.supervisor().handle(supervisedInstance, new SupervisionEvent.RestartRequested());
    return supervisedInstance
        .when(DependencySequence::settled)
        .map(_ ->
            supervisedInstance.state.phase() == Phase.ERRORED
                ? Optional.of(supervisedInstance.title() + ": " + supervisedInstance.state.reason())
                : Optional.empty());
  }

  private Future<Optional<String>> begin(
      SupervisedInstance successor,
      SupervisedInstance old,
      boolean apart,
      GracefulStops gracefulStops) {
    String pid = old.unreportedExitProcess.map(p -> "pid " + p.pid()).orElse("the current process");
    boolean listened = old.listening;
    var ended = new AtomicReference<>("");
    godServices
        .supervisor()
        .handle(
            successor,
            new SupervisionEvent.CandidateRequested(
                "reload: will replace %s when ready".formatted(pid)));
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
                ? swap(successor, old, gracefulStops)
                : fail(successor, old, ended.get()));
  }

  /// Stops the candidate after the process of `old` has exited on its own.
  ///
  /// @param reason receives the reason why the candidate is stopped
  private void giveUp(
      SupervisedInstance successor, SupervisedInstance old, AtomicReference<String> reason) {
    if (!isReady(successor.state) && !successor.state.isOver() && !isSuperseded(old)) {
      reason.set("the process to be replaced has exited: " + old.state.reason());
      godServices.supervisor().handle(successor, new SupervisionEvent.StopRequested());
    }
  }

  private static boolean isReady(InstanceState state) {
    return state.phase() == Phase.ONLINE && state.desiredState() == DesiredState.UP;
  }

  /// Marks a candidate without explicit readiness as ready after it has run for a while.
  private void awaitStability(
      SupervisedInstance successor, SupervisedInstance old, boolean listened) {
    if (successor.hasExplicitReadiness() || successor.state.isOver()) {
      return;
    }
    Duration stable = successor.spec.restart().minUptime();
    // The delay must be shorter than the readiness timeout, because every reload would fail
    // otherwise.
    Duration most =
        SupervisionPolicy.candidateTimeout(successor.spec).multipliedBy(9).dividedBy(10);
    Duration delay = stable.compareTo(most) < 0 ? stable : most;
    long generation = successor.state.generation();
    godServices
        .vertx()
        .setTimer(
            Math.max(1, delay.toMillis()),
            _ -> {
              if (!gate(successor, old, listened).opensByListening()) {
                godServices.supervisor().handle(successor, new SupervisionEvent.Ready(generation));
              }
            });
  }

  private ReadyGate gate(SupervisedInstance successor, SupervisedInstance old, boolean listened) {
    long age = godServices.god().nanoTime().getAsLong() - old.state.onlineSinceNanos();
    return new ReadyGate(
        successor.mustListen,
        listened || old.listening,
        godServices.registry().ofApp(old.spec.name()).stream().anyMatch(it -> it.listening),
        age < SupervisionPolicy.candidateTimeout(successor.spec).toNanos());
  }

  private Future<Optional<String>> swap(
      SupervisedInstance successor, SupervisedInstance old, GracefulStops gracefulStops) {
    gracefulStops.prepare(old);
    instanceSwap.promote(successor, old);
    // Must be in the journal before the old process is drained, so that the next daemon does not
    // stop the process that serves clients.
    return godServices
        .journal()
        .written()
        .compose(_ -> instanceSwap.drainAndStop(old))
        .map(_ -> {
          // The command that requested the reload reports this value for the instance in the list.
          successor.forcedStopNote = old.forcedStopNote;
          return Optional.empty();
        });
  }

  /// Stops and removes the candidate, and publishes the failure.
  ///
  /// @param ended why the candidate was already stopped before this call; empty if it was not
  private Future<Optional<String>> fail(
      SupervisedInstance successor, SupervisedInstance old, String ended) {
    String reason =
        !ended.isEmpty()
            ? ended
            : isSuperseded(old) || successor.state.desiredState() == DesiredState.DOWN
                ? OVERTAKEN
                : "the new process did not become ready: "
                    + successor.state.reason()
                    + missingReadiness(successor);
    if (!old.removed) {
      instanceSwap.announceFailure(old, reason);
    }
    String sentence = old.title() + ": " + reason + oldProcessNote(old);
    return instanceSwap.end(successor).map(_ -> Optional.of(sentence));
  }

  /// Returns the likely reason why a candidate did not accept connections before its readiness
  /// timeout; empty if none is known.
  private static String missingReadiness(SupervisedInstance successor) {
    boolean mute =
        !successor.spec.readiness().awaited()
            && successor.state.reason().startsWith(ReadinessPolicy.NOT_READY);
    return mute && !successor.notListeningReason.isEmpty()
        ? ": " + successor.notListeningReason
        : "";
  }

  private static String oldProcessNote(SupervisedInstance old) {
    return old.state.phase() == Phase.ONLINE && old.state.desiredState() == DesiredState.UP
        ? old.process().map(p -> "; pid %d keeps serving".formatted(p.pid())).orElse("")
        : "";
  }
}
