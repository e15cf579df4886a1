package io.jpm.supervise;

import io.jpm.model.run.Exit;
import java.time.Duration;
import java.util.Optional;

/// What can happen to an instance. Those that tell of a process carry its generation.
public sealed interface Event {
  /// What tells of one generation of an instance.
  sealed interface OfGeneration extends Event {
    /// Which.
    long generation();
  }

  /// The owner wants it to run.
  record StartAsked() implements Event {}

  /// The owner wants it not to run.
  record StopAsked() implements Event {}

  /// The owner wants a new process in place of this one, or one where there is none.
  record RestartAsked() implements Event {}

  /// Whoever replaces processes wants a new one beside that which is to be replaced, at once: the
  /// apps it depends on run already. Nothing happens to an instance that runs.
  ///
  /// @param reason what for, for people
  record TryAsked(String reason) implements Event {}

  /// Nobody has asked, but one of the app's own triggers says that a new process is due.
  ///
  /// @param cause which trigger
  /// @param reason why, for people: `src/app.js changed`
  record RestartDue(Cause cause, String reason) implements Event {}

  /// What can make a restart due.
  enum Cause {
    /// A time of the app's schedule has come.
    SCHEDULE,
    /// Watched files have changed.
    FILES,
    /// The app uses more than its limit.
    LIMIT,
    /// Its liveness check has failed.
    HEALTH,
    /// What the instances share is going to be shared in another way.
    BALANCE
  }

  /// Everything that [Effect.AwaitDependencies] waits for has come.
  record DependenciesMet(long generation) implements OfGeneration {}

  /// It will not come.
  record DependencyFailed(long generation, String reason) implements OfGeneration {}

  /// The process that [Effect.Spawn] asked for runs.
  record Spawned(long generation) implements OfGeneration {}

  /// There will be no such process.
  ///
  /// @param temporary the system had not the means (memory, processes): another try may succeed
  record SpawnFailed(long generation, String reason, boolean temporary) implements OfGeneration {}

  /// The process has said that it is ready.
  record Ready(long generation) implements OfGeneration {}

  /// The time in which it was to be ready is over, as with [Timer#READY], and it is known what it
  /// lacks.
  ///
  /// @param finding what its checks found last, for people
  record NotReady(long generation, String finding) implements OfGeneration {}

  /// The process asks for time to get ready: so much from now on, if that is more than it has
  /// anyway.
  record MoreTimeAsked(long generation, Duration time) implements OfGeneration {}

  /// The main process has ended.
  ///
  /// @param leftovers others of its tree live on, or may do so
  /// @param cause what beside the exit itself is known of why, for people; may be empty
  /// @param said the most telling of the last lines that it has printed to standard error; may be
  ///   empty
  /// @param daemonized what it means if it ended well and at once; empty when nobody of its tree
  ///   was seen to live on
  record Exited(
      long generation,
      Exit exit,
      boolean leftovers,
      String cause,
      String said,
      Optional<Daemonized> daemonized)
      implements OfGeneration {
    /// Of one that has printed nothing.
    public Exited(long generation, Exit exit, boolean leftovers, String cause) {
      this(generation, exit, leftovers, cause, "", Optional.empty());
    }

    /// Of which nothing more is known.
    public Exited(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "", Optional.empty());
    }
  }

  /// Nothing of the tree is left; follows the first [Effect.SignalTree] and [Exited].
  ///
  /// @param killed whether SIGKILL has reached others than the main process, or may have
  record TreeGone(long generation, boolean killed) implements OfGeneration {
    /// Of which that is not known.
    public TreeGone(long generation) {
      this(generation, true);
    }
  }

  /// The command of [Effect.RunStopCommand] has ended, well or not, or cannot be run.
  record StopCommandEnded(long generation) implements OfGeneration {}

  /// A timer of [Effect.StartTimer] has run out.
  record TimerFired(Timer timer, long generation) implements OfGeneration {}

  /// A new daemon has found the process of this generation alive. A generation newer than the
  /// state's was made, on somebody's order, just before the old daemon died; the timers and waits
  /// of the old daemon went with it.
  ///
  /// @param uptimeNanos how long it has been running
  record Adopted(long generation, long uptimeNanos) implements OfGeneration {}

  /// A new daemon has found the recorded process gone, or none recorded.
  ///
  /// @param generation the newest that is known of, the state's or a later one
  /// @param leftovers others of its tree live on
  /// @param cause what beside the exit itself is known of why, for people; may be empty
  /// @param said as in [Exited], printed while no daemon ran
  record FoundGone(long generation, Exit exit, boolean leftovers, String cause, String said)
      implements OfGeneration {
    /// Of which nothing more is known.
    public FoundGone(long generation, Exit exit, boolean leftovers) {
      this(generation, exit, leftovers, "", "");
    }
  }
}
