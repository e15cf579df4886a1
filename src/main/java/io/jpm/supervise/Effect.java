package io.jpm.supervise;

import io.jpm.model.run.Signal;
import java.time.Duration;

/// An action that God must perform for the state machine.
public sealed interface Effect {
  /// Wait for the apps that this one depends on. God answers with [Event.DependenciesMet] or
  /// [Event.DependencyFailed] of this generation.
  record AwaitDependencies(long generation) implements Effect {}

  /// Spawn a process. God answers with exactly one [Event.Spawned] or [Event.SpawnFailed].
  record Spawn(long generation) implements Effect {}

  /// Send a signal to the whole tree, or to the main process only if the app is configured so.
  record SignalTree(long generation, Signal signal) implements Effect {}

  /// Send the text `shutdown` over the IPC channel of the process.
  record SendShutdown(long generation) implements Effect {}

  /// Run the stop command of the app. God answers with one [Event.StopCommandEnded]. The command is
  /// terminated when the instance has stopped, if it still runs then.
  record RunStopCommand(long generation) implements Effect {}

  /// Start a timer that sends [Event.TimerFired] after the delay. It replaces a running timer of
  /// the same kind. The delay of [Timer#KILL] begins when the preceding signal has been sent.
  record StartTimer(Timer timer, long generation, Duration delay) implements Effect {}

  /// Cancel a timer.
  record CancelTimer(Timer timer) implements Effect {}

  /// Publish a lifecycle change.
  record Announce(Change change) implements Effect {}

  /// A lifecycle change that is published.
  enum Change {
    START,
    ONLINE,
    /// The main process has exited by itself.
    EXIT,
    /// The main process has exited during a stop.
    ENDED,
    RESTART,
    STOPPING,
    STOP,
    ERRORED,
    ADOPT
  }
}
