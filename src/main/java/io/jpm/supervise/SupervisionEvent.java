package io.jpm.supervise;

import io.jpm.model.process.Exit;
import java.time.Duration;
import java.util.Optional;

/// An event that may change the state of an instance. An event about a process contains its
/// generation.
public sealed interface SupervisionEvent {
  /// An event of one generation of an instance.
  sealed interface GenerationEvent extends SupervisionEvent {
    /// Returns the generation to which the event belongs.
    long generation();
  }

  /// A request to start the instance.
  record StartRequested() implements SupervisionEvent {}

  /// A request to stop the instance.
  record StopRequested() implements SupervisionEvent {}

  /// A request to restart the instance. A new process replaces the running one, if there is one.
  record RestartRequested() implements SupervisionEvent {}

  /// A request to start a candidate alongside the process that it will replace. The candidate does
  /// not wait for its dependencies, because they are already running. Has no effect on a running
  /// instance.
  ///
  /// @param reason the human-readable purpose of the candidate
  record CandidateRequested(String reason) implements SupervisionEvent {}

  /// A trigger of the app requires a new process, without a request by a user.
  ///
  /// @param cause the trigger
  /// @param reason a human-readable reason, such as `src/app.js changed`
  record RestartDue(RestartCause cause, String reason) implements SupervisionEvent {}

  /// The triggers that make a restart due.
  enum RestartCause {
    /// A scheduled time has been reached.
    SCHEDULE,
    /// Watched files have changed.
    FILES,
    /// The app exceeds one of its limits.
    LIMIT,
    /// The liveness probe of the app has failed.
    HEALTH,
    /// A different balancing mode has been selected for the app.
    BALANCE
  }

  /// All dependencies requested by [SupervisionEffect.AwaitDependencies] are met.
  record DependenciesMet(long generation) implements GenerationEvent {}

  /// A dependency cannot be met.
  record DependencyFailed(long generation, String reason) implements GenerationEvent {}

  /// The process requested by [SupervisionEffect.Spawn] is running.
  record Spawned(long generation) implements GenerationEvent {}

  /// The process requested by [SupervisionEffect.Spawn] could not be created.
  ///
  /// @param temporary whether the system lacked resources (memory, processes), in which case
  ///   another attempt may succeed
  record SpawnFailed(long generation, String reason, boolean temporary)
      implements GenerationEvent {}

  /// The process has reported that it is ready.
  record Ready(long generation) implements GenerationEvent {}

  /// The readiness timeout has expired, as for [InstanceTimer#READY], and the reason is known.
  ///
  /// @param failureReason the human-readable last result of the probes
  record NotReady(long generation, String failureReason) implements GenerationEvent {}

  /// The process requests more time to become ready, counted from now. Ignored if the current
  /// deadline is later.
  record TimeoutExtensionRequested(long generation, Duration time) implements GenerationEvent {}

  /// The main process has exited.
  ///
  /// @param leftovers whether other processes of its tree are, or may be, still running
  /// @param cause a human-readable cause in addition to the exit itself; may be empty
  /// @param lastErrorLine the most informative of the last lines on standard error; may be empty
  /// @param daemonized the explanation for an immediate exit with code 0; empty if no other process
  ///   of the tree was found running
  record Exited(
      long generation,
      Exit exit,
      boolean leftovers,
      String cause,
      String lastErrorLine,
      Optional<DaemonizedProgram> daemonized)
      implements GenerationEvent {
    /// Creates the event for a process that has printed nothing.
    public Exited(long generation, Exit exit, boolean leftovers, String cause) {
      this(generation, exit, leftovers, cause, "", Optional.empty());
    }

    /// Creates the event for an exit without further information.
    public Exited(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "", Optional.empty());
    }
  }

  /// No process of the tree is left. Sent after both the first [SupervisionEffect.SignalTree] and
  /// [Exited].
  ///
  /// @param killed whether SIGKILL has reached, or may have reached, processes other than the main
  ///   one
  record TreeGone(long generation, boolean killed) implements GenerationEvent {
    /// Creates the event for a tree that SIGKILL may have reached.
    public TreeGone(long generation) {
      this(generation, true);
    }
  }

  /// The command requested by [SupervisionEffect.RunStopCommand] has finished, whether it succeeded
  /// or not, or could not be run.
  record StopCommandEnded(long generation) implements GenerationEvent {}

  /// A timer started by [SupervisionEffect.StartTimer] has expired.
  record TimerFired(InstanceTimer timer, long generation) implements GenerationEvent {}

  /// A new daemon has found the process of this generation running. If the generation is newer than
  /// that of the state, it was launched just before the old daemon died. The timers of the old
  /// daemon no longer exist, and conditions for which it was waiting must be awaited again.
  ///
  /// @param uptimeNanos how long the process has been running, in nanoseconds
  record Adopted(long generation, long uptimeNanos) implements GenerationEvent {}

  /// A new daemon has found that the recorded process is no longer running or that no process was
  /// recorded.
  ///
  /// @param generation the newest known generation, which is that of the state or a later one
  /// @param leftovers whether other processes of its tree are still running
  /// @param cause a human-readable cause in addition to the exit itself; may be empty
  /// @param lastErrorLine as in [Exited], but from the output that was written while no daemon was
  ///   running
  record ProcessGone(
      long generation, Exit exit, boolean leftovers, String cause, String lastErrorLine)
      implements GenerationEvent {
    /// Creates the event for an exit without further information.
    public ProcessGone(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "");
    }
  }
}
