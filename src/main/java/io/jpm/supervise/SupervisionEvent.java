package io.jpm.supervise;

import io.jpm.model.process.Exit;
import java.time.Duration;
import java.util.Optional;

/// An event that changes the state of an instance. An event about a process carries its generation.
public sealed interface SupervisionEvent {
  /// An event of one generation of an instance.
  sealed interface GenerationEvent extends SupervisionEvent {
    /// Returns the generation that the event belongs to.
    long generation();
  }

  /// The owner wants the instance to run.
  record StartRequested() implements SupervisionEvent {}

  /// The owner wants the instance to stop.
  record StopRequested() implements SupervisionEvent {}

  /// The owner wants a new process that replaces the running one, or a first one if none runs.
  record RestartRequested() implements SupervisionEvent {}

  /// A candidate must be started beside the process that it will replace. It starts immediately,
  /// because the apps that it depends on already run. Has no effect on an instance that runs.
  ///
  /// @param reason human-readable purpose of the candidate
  record CandidateRequested(String reason) implements SupervisionEvent {}

  /// A trigger of the app requires a new process; no user has requested it.
  ///
  /// @param cause the trigger
  /// @param reason human-readable reason, such as `src/app.js changed`
  record RestartDue(RestartCause cause, String reason) implements SupervisionEvent {}

  /// The triggers that make a restart due.
  enum RestartCause {
    /// The time of a scheduled restart has come.
    SCHEDULE,
    /// Watched files have changed.
    FILES,
    /// The app exceeds one of its limits.
    LIMIT,
    /// The liveness probe of the app has failed.
    HEALTH,
    /// The instances of the app are about to share their port in another balancing mode.
    BALANCE
  }

  /// All dependencies that [SupervisionEffect.AwaitDependencies] waits for are met.
  record DependenciesMet(long generation) implements GenerationEvent {}

  /// A dependency cannot be met.
  record DependencyFailed(long generation, String reason) implements GenerationEvent {}

  /// The process requested by [SupervisionEffect.Spawn] runs.
  record Spawned(long generation) implements GenerationEvent {}

  /// The process requested by [SupervisionEffect.Spawn] could not be created.
  ///
  /// @param temporary whether the system lacked resources (memory, processes), so that another
  ///   attempt may succeed
  record SpawnFailed(long generation, String reason, boolean temporary)
      implements GenerationEvent {}

  /// The process has reported that it is ready.
  record Ready(long generation) implements GenerationEvent {}

  /// The readiness timeout has expired, as with [InstanceTimer#READY], and the reason is known.
  ///
  /// @param failureReason human-readable last result of the probes
  record NotReady(long generation, String failureReason) implements GenerationEvent {}

  /// The process asks for more time to become ready, counted from now. Ignored if the current
  /// deadline is later.
  record TimeoutExtensionRequested(long generation, Duration time) implements GenerationEvent {}

  /// The main process has exited.
  ///
  /// @param leftovers whether other processes of its tree run, or may run
  /// @param cause human-readable cause in addition to the exit itself; may be empty
  /// @param lastErrorLine the most informative of the last lines on standard error; may be empty
  /// @param daemonized how to explain an immediate exit with code 0; empty if no other process of
  ///   the tree was seen running
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

  /// No process of the tree is left. Follows both the first [SupervisionEffect.SignalTree] and
  /// [Exited].
  ///
  /// @param killed whether SIGKILL reached, or may have reached, processes other than the main one
  record TreeGone(long generation, boolean killed) implements GenerationEvent {
    /// Creates the event for a tree of which it is unknown whether SIGKILL reached it.
    public TreeGone(long generation) {
      this(generation, true);
    }
  }

  /// The command of [SupervisionEffect.RunStopCommand] has ended, successfully or not, or could not
  /// be run.
  record StopCommandEnded(long generation) implements GenerationEvent {}

  /// A timer of [SupervisionEffect.StartTimer] has expired.
  record TimerFired(InstanceTimer timer, long generation) implements GenerationEvent {}

  /// A new daemon has found the process of this generation running. A generation newer than that of
  /// the state was requested just before the old daemon died. The timers and waits of the old
  /// daemon no longer exist.
  ///
  /// @param uptimeNanos how long the process has been running
  record Adopted(long generation, long uptimeNanos) implements GenerationEvent {}

  /// A new daemon has found that the recorded process no longer runs, or that none was recorded.
  ///
  /// @param generation the newest known generation: that of the state or a later one
  /// @param leftovers whether other processes of its tree run
  /// @param cause human-readable cause in addition to the exit itself; may be empty
  /// @param lastErrorLine as in [Exited], printed while no daemon ran
  record ProcessGone(
      long generation, Exit exit, boolean leftovers, String cause, String lastErrorLine)
      implements GenerationEvent {
    /// Creates the event for an exit without further information.
    public ProcessGone(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "");
    }
  }
}
