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

/// Replaces the process of one instance by a candidate. Confined to GodVerticle's context.
final class Replacement {
  private static final String OVERTAKEN = "it was stopped meanwhile";

  private final GodServices godServices;
  private final InstanceSwap instanceSwap;

  Replacement(GodServices godServices) {
    this.godServices = godServices;
    this.instanceSwap = godServices.instanceSwap();
  }

  /// Replaces `old` by a process of `spec`, or restarts the instance if it is not online.
  ///
  /// @return the failure as a sentence without a full stop; empty if the replacement succeeded and
  ///   the old process is gone
  Future<Optional<String>> replace(SupervisedInstance old, AppSpec spec) {
    return replace(old, spec, false);
  }

  /// Replaces `old` by a process of `spec`.
  ///
  /// @param apart whether each process has its own sockets. If the old process exits meanwhile, its
  ///   restarted process and the candidate could then not be distinguished, so the candidate is
  ///   stopped
  Future<Optional<String>> replace(SupervisedInstance old, AppSpec spec, boolean apart) {
    if (isSuperseded(old)) {
      return Future.succeededFuture(Optional.of(old.title() + ": " + OVERTAKEN));
    }
    if (old.state.phase() != Phase.ONLINE) {
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
          return isSuperseded(old) ? fail(successor, old, "") : begin(successor, old, apart);
        });
  }

  /// A process that the next daemon would not know is not created.
  private Future<Optional<String>> refuse(
      SupervisedInstance successor, SupervisedInstance old, String problem) {
    String sentence = "%s: %s%s".formatted(old.title(), problem, oldProcessNote(old));
    return instanceSwap.end(successor).map(_ -> Optional.of(sentence));
  }

  /// Reports whether another command has interrupted the replacement.
  private boolean isSuperseded(SupervisedInstance old) {
    return godServices.reloadInterruptions().interrupted(old.spec.name()) || old.removed;
  }

  /// Reports whether the instance runs and no other command affects it.
  boolean isServing(SupervisedInstance supervisedInstance) {
    return !isSuperseded(supervisedInstance)
        && supervisedInstance.state.phase() == Phase.ONLINE
        && supervisedInstance.state.desiredState() == DesiredState.UP;
  }

  /// Restarts an instance; completes when it has settled.
  ///
  /// @return the failure, as in [#replace]
  Future<Optional<String>> restart(SupervisedInstance supervisedInstance, AppSpec spec) {
    if (!spec.equals(supervisedInstance.spec)) {
      godServices.instanceReconciler().describe(supervisedInstance, spec);
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
      SupervisedInstance successor, SupervisedInstance old, boolean apart) {
    String pid = old.unreportedExitProcess.map(p -> "pid " + p.pid()).orElse("the current process");
    boolean listened = old.listening;
    var ended = new AtomicReference<>("");
    godServices
        .supervisor()
        .handle(
            successor,
            new SupervisionEvent.CandidateRequested(
                "reload: replaces %s when it is ready".formatted(pid)));
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

  /// Stops the candidate after the process of `old` has exited by itself.
  ///
  /// @param reason receives why the candidate is stopped
  private void giveUp(
      SupervisedInstance successor, SupervisedInstance old, AtomicReference<String> reason) {
    if (!isReady(successor.state) && !successor.state.isOver() && !isSuperseded(old)) {
      reason.set("the process to be replaced has ended: " + old.state.reason());
      godServices.supervisor().handle(successor, new SupervisionEvent.StopRequested());
    }
  }

  private static boolean isReady(InstanceState state) {
    return state.phase() == Phase.ONLINE && state.desiredState() == DesiredState.UP;
  }

  /// Reports a candidate without explicit readiness as ready after it has run for a while.
  private void awaitStability(
      SupervisedInstance successor, SupervisedInstance old, boolean listened) {
    if (successor.readinessIsTold() || successor.state.isOver()) {
      return;
    }
    Duration stable = successor.spec.restart().minUptime();
    // A readiness timeout shorter than this would make every reload fail.
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

  private Future<Optional<String>> swap(SupervisedInstance successor, SupervisedInstance old) {
    instanceSwap.promote(successor, old);
    // Journaled before the old process is drained: the next daemon must not end the process that
    // serves.
    return godServices
        .journal()
        .written()
        .compose(_ -> instanceSwap.drainAndStop(old))
        .map(_ -> {
          // The command that requested the reload reports this value of the instance in the list.
          successor.forced = old.forced;
          return Optional.empty();
        });
  }

  /// @param ended why the candidate was stopped; empty if it was not
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

  /// Returns the possible reason why a candidate has not accepted connections until its readiness
  /// timeout.
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
