package io.jpm.supervise;

import io.jpm.model.run.Exit;
import java.time.Duration;
import java.util.Optional;

/// An event that changes the state of an instance. An event about a process carries its generation.
public sealed interface Event {
  /// An event of one generation of an instance.
  sealed interface OfGeneration extends Event {
    /// Returns the generation that the event belongs to.
    long generation();
  }

  /// The owner wants the instance to run.
  record StartAsked() implements Event {}

  /// The owner wants the instance to stop.
  record StopAsked() implements Event {}

  /// The owner wants a new process that replaces the running one, or a first one if none runs.
  record RestartAsked() implements Event {}

  /// A candidate must be started beside the process that it will replace. It starts immediately,
  /// because the apps that it depends on already run. Has no effect on an instance that runs.
  ///
  /// @param reason human-readable purpose of the candidate
  record TryAsked(String reason) implements Event {}

  /// A trigger of the app requires a new process; no user has requested it.
  ///
  /// @param cause the trigger
  /// @param reason human-readable reason, such as `src/app.js changed`
  record RestartDue(Cause cause, String reason) implements Event {}

  /// The triggers that make a restart due.
  enum Cause {
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

  /// All dependencies that [Effect.AwaitDependencies] waits for are met.
  record DependenciesMet(long generation) implements OfGeneration {}

  /// A dependency cannot be met.
  record DependencyFailed(long generation, String reason) implements OfGeneration {}

  /// The process requested by [Effect.Spawn] runs.
  record Spawned(long generation) implements OfGeneration {}

  /// The process requested by [Effect.Spawn] could not be created.
  ///
  /// @param temporary whether the system lacked resources (memory, processes), so that another
  ///   attempt may succeed
  record SpawnFailed(long generation, String reason, boolean temporary) implements OfGeneration {}

  /// The process has reported that it is ready.
  record Ready(long generation) implements OfGeneration {}

  /// The readiness timeout has expired, as with [Timer#READY], and the reason is known.
  ///
  /// @param finding human-readable last result of the probes
  record NotReady(long generation, String finding) implements OfGeneration {}

  /// The process asks for more time to become ready, counted from now. Ignored if the current
  /// deadline is later.
  record MoreTimeAsked(long generation, Duration time) implements OfGeneration {}

  /// The main process has exited.
  ///
  /// @param leftovers whether other processes of its tree run, or may run
  /// @param cause human-readable cause in addition to the exit itself; may be empty
  /// @param said the most informative of the last lines on standard error; may be empty
  /// @param daemonized how to explain an immediate exit with code 0; empty if no other process of
  ///   the tree was seen running
  record Exited(
      long generation,
      Exit exit,
      boolean leftovers,
      String cause,
      String said,
      Optional<Daemonized> daemonized)
      implements OfGeneration {
    /// Creates the event for a process that has printed nothing.
    public Exited(long generation, Exit exit, boolean leftovers, String cause) {
      this(generation, exit, leftovers, cause, "", Optional.empty());
    }

    /// Creates the event for an exit without further information.
    public Exited(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "", Optional.empty());
    }
  }

  /// No process of the tree is left. Follows both the first [Effect.SignalTree] and [Exited].
  ///
  /// @param killed whether SIGKILL reached, or may have reached, processes other than the main one
  record TreeGone(long generation, boolean killed) implements OfGeneration {
    /// Creates the event for a tree of which it is unknown whether SIGKILL reached it.
    public TreeGone(long generation) {
      this(generation, true);
    }
  }

  /// The command of [Effect.RunStopCommand] has ended, successfully or not, or could not be run.
  record StopCommandEnded(long generation) implements OfGeneration {}

  /// A timer of [Effect.StartTimer] has expired.
  record TimerFired(Timer timer, long generation) implements OfGeneration {}

  /// A new daemon has found the process of this generation running. A generation newer than that of
  /// the state was requested just before the old daemon died. The timers and waits of the old
  /// daemon no longer exist.
  ///
  /// @param uptimeNanos how long the process has been running
  record Adopted(long generation, long uptimeNanos) implements OfGeneration {}

  /// A new daemon has found that the recorded process no longer runs, or that none was recorded.
  ///
  /// @param generation the newest known generation: that of the state or a later one
  /// @param leftovers whether other processes of its tree run
  /// @param cause human-readable cause in addition to the exit itself; may be empty
  /// @param said as in [Exited], printed while no daemon ran
  record FoundGone(long generation, Exit exit, boolean leftovers, String cause, String said)
      implements OfGeneration {
    /// Creates the event for an exit without further information.
    public FoundGone(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "");
    }
  }
}
