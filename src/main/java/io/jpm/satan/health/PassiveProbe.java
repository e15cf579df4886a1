package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/// Waits for signals that processes send on their own initiative, for [ProbeHandler.Log] and
/// [ProbeHandler.Notify]. Must be called on one Vert.x context; all results arrive on the same
/// context.
public interface PassiveProbe {
  /// Opens a passive probe for a process, before the process starts. A probe that an app configures
  /// more than once (equal records for startup and liveness) is opened only once.
  ///
  /// @param attended the process, its app and its environment
  /// @param probeHandler a [ProbeHandler.Log] or [ProbeHandler.Notify] of the app
  /// @param signs receives all signals from the completion of the future until
  ///   [ProbeSubscription#close]; later signals are ignored
  /// @return completes when no further signal can be missed. If signals cannot be received, the
  ///   future fails with a message for users, and the probe fails with this message as its reason
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended,
      ProbeHandler probeHandler,
      Consumer<ProbeSignal> signs);

  /// An open passive probe. Confined to the context that opened it.
  interface ProbeSubscription {
    /// Informs the probe that the process has started. Called at most once, and never after
    /// [#close].
    void processStarted(ProcessIdentity process);

    /// Closes the probe and releases its resources. Called once, even if [#processStarted] was not
    /// called.
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

    /// The process requests more time (`EXTEND_TIMEOUT_USEC=`). The timeout of the startup, or of
    /// the first readiness, is extended so that it ends after this time, unless it would end later
    /// anyway.
    ///
    /// @param time the time from now on; positive
    record TimeoutExtension(Duration time) implements ProbeSignal {}

    /// The process has set its status text (`STATUS=`).
    ///
    /// @param text one line; empty if the text was cleared
    record StatusChanged(String text) implements ProbeSignal {}
  }
}
