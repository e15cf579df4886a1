package io.jpm.supervise;

import io.jpm.model.process.Signal;
import java.time.Duration;

/// An action that God must perform for the state machine.
public sealed interface SupervisionEffect {
  /// Wait for the apps that this one depends on. God answers with
  /// [SupervisionEvent.DependenciesMet] or [SupervisionEvent.DependencyFailed] of this generation.
  record AwaitDependencies(long generation) implements SupervisionEffect {}

  /// Spawn a process. God answers with exactly one [SupervisionEvent.Spawned] or
  /// [SupervisionEvent.SpawnFailed].
  record Spawn(long generation) implements SupervisionEffect {}

  /// Send a signal to the whole tree, or to the main process only if the app is configured so.
  record SignalTree(long generation, Signal signal) implements SupervisionEffect {}

  /// Send the text `shutdown` over the IPC channel of the process.
  record SendShutdown(long generation) implements SupervisionEffect {}

  /// Run the stop command of the app. God answers with one [SupervisionEvent.StopCommandEnded]. The
  /// command is terminated when the instance has stopped, if it still runs then.
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

  /// A lifecycle change that is published.
  enum LifecycleChange {
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
