package io.jpm.supervise;

import io.jpm.model.run.Signal;
import java.time.Duration;

/// What is to be done, as an order to God.
public sealed interface Effect {
  /// Wait for the apps this one depends on; answered by [Event.DependenciesMet] or
  /// [Event.DependencyFailed] of this generation.
  record AwaitDependencies(long generation) implements Effect {}

  /// Make a process; answered by exactly one [Event.Spawned] or [Event.SpawnFailed].
  record Spawn(long generation) implements Effect {}

  /// Signal the whole tree, or the main process alone where the app says so.
  record SignalTree(long generation, Signal signal) implements Effect {}

  /// Send the text `shutdown` over the app's channel.
  record SendShutdown(long generation) implements Effect {}

  /// Run the app's stop command; answered by one [Event.StopCommandEnded]. It is ended with the
  /// instance, at the latest.
  record RunStopCommand(long generation) implements Effect {}

  /// Send [Event.TimerFired] after the delay; a running timer of this kind is replaced. The delay
  /// of [Timer#KILL] begins when the signal that was ordered before it has been sent.
  record StartTimer(Timer timer, long generation, Duration delay) implements Effect {}

  /// Let this timer be silent.
  record CancelTimer(Timer timer) implements Effect {}

  /// Tell the world.
  record Announce(Change change) implements Effect {}

  /// What is worth telling.
  enum Change {
    START,
    ONLINE,
    /// Its main process has ended by itself.
    EXIT,
    /// Its main process has ended as it was to.
    ENDED,
    RESTART,
    STOPPING,
    STOP,
    ERRORED,
    ADOPT
  }
}
