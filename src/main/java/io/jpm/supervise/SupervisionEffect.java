package io.jpm.supervise;

import io.jpm.model.process.Signal;
import java.time.Duration;

/// An action that God must perform for the state machine.
public sealed interface SupervisionEffect {
  /// Wait for the apps that this one depends on. God responds with
  /// [SupervisionEvent.DependenciesMet] or [SupervisionEvent.DependencyFailed] for this generation.
  record AwaitDependencies(long generation) implements SupervisionEffect {}

  /// Spawn a process. God responds with exactly one [SupervisionEvent.Spawned] or
  /// [SupervisionEvent.SpawnFailed].
  record Spawn(long generation) implements SupervisionEffect {}

  /// Send a signal to the whole process tree, or only to the main process if the app is configured
  /// that way.
  record SignalTree(long generation, Signal signal) implements SupervisionEffect {}

  /// Send the text `shutdown` over the IPC channel of the process.
  record SendShutdown(long generation) implements SupervisionEffect {}

  /// Run the stop command of the app. God responds with one [SupervisionEvent.StopCommandEnded]. A
  /// command that is still running when the instance has stopped is killed.
  record RunStopCommand(long generation) implements SupervisionEffect {}

  /// Start a timer that sends [SupervisionEvent.TimerFired] after the delay. It replaces a running
  /// timer of the same kind. The delay of [InstanceTimer#KILL] begins when the preceding signal has
  /// been sent.
  record StartTimer(InstanceTimer timer, long generation, Duration delay)
      implements SupervisionEffect {}

  /// Cancel a timer.
  record CancelTimer(InstanceTimer timer) implements SupervisionEffect {}

  /// Publish a lifecycle change.
  record Announce(LifecycleChange change) implements SupervisionEffect {}

  /// A lifecycle change to publish.
  enum LifecycleChange {
    START,
    ONLINE,
    /// The main process has exited on its own.
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
