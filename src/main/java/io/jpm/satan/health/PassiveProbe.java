package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/// Receives the signals that processes send on their own initiative, for probes of the kinds
/// [ProbeHandler.Log] and [ProbeHandler.Notify]. Must be called on one Vert.x context; all results
/// arrive on the same context.
public interface PassiveProbe {
  /// Opens a passive probe for a process, before the process starts. If an app configures the same
  /// handler for several probes, such as startup and liveness, it is opened only once.
  ///
  /// @param attended the process, its app and its environment
  /// @param probeHandler a [ProbeHandler.Log] or [ProbeHandler.Notify] of the app
  /// @param signs receives all signals between the completion of the future and
  ///   [ProbeSubscription#close]
  /// @return completes when signals can no longer be missed. If signals cannot be received, the
  ///   future fails with a message for users, which becomes the reason for the failure of the probe
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended,
      ProbeHandler probeHandler,
      Consumer<ProbeSignal> signs);

  /// An open passive probe. Confined to the context that opened it.
  interface ProbeSubscription {
    /// Informs the probe that the process has started. Called at most once, and never after
    /// [#close].
    void processStarted(ProcessIdentity process);

    /// Closes the probe and releases its resources. Called exactly once, even if [#processStarted]
    /// was not called.
    void close();
  }

  /// A signal from a process.
  sealed interface ProbeSignal {
    /// The process is ready (`READY=1`).
    record Ready() implements ProbeSignal {}

    /// The process is alive (`WATCHDOG=1`).
    record Alive() implements ProbeSignal {}

    /// The process has printed a line that matches the pattern.
    ///
    /// @param line the line, without its line end
    record Line(String line) implements ProbeSignal {}

    /// The process cannot continue (`WATCHDOG=trigger`), so its liveness probe fails immediately.
    record Failing() implements ProbeSignal {}

    /// The process is terminating (`STOPPING=1`), so its probes end.
    record Stopping() implements ProbeSignal {}

    /// The process requests more time (`EXTEND_TIMEOUT_USEC=`). The timeout for the startup probe,
    /// or for becoming ready, then expires no earlier than this time from now.
    ///
    /// @param time the time from now on; positive
    record TimeoutExtension(Duration time) implements ProbeSignal {}

    /// The process has set its status text (`STATUS=`).
    ///
    /// @param text one line; empty if the text was cleared
    record StatusChanged(String text) implements ProbeSignal {}
  }
}
