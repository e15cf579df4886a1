package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/// Waits for signals that processes send on their own initiative, for [ProbeHandler.Log] and
/// [ProbeHandler.Notify]. Called on one Vert.x context; all results arrive on the same context.
public interface PassiveProbe {
  /// Opens one probe of one process, before the process starts. A probe that an app names more than
  /// once (the same record for startup and liveness) is opened once.
  ///
  /// @param attended the process, its app and its environment
  /// @param probeHandler a [ProbeHandler.Log] or [ProbeHandler.Notify] of the app
  /// @param signs receives all signals from the completion of the future until
  ///   [ProbeSubscription#close]; later ones are ignored
  /// @return completes when no signal can be missed any more; fails, with a message for users, if
  ///   signals cannot be received: the probe then fails with this message as its reason
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended,
      ProbeHandler probeHandler,
      Consumer<ProbeSignal> signs);

  /// An open passive probe. Confined to the context that opened it.
  interface ProbeSubscription {
    /// The process has started. Called at most once, and never after [#close].
    void began(ProcessIdentity process);

    /// Closes the probe and releases its resources. Called once, even if [#began] was not called.
    void close();
  }

  /// A signal of a process.
  sealed interface ProbeSignal {
    /// The process is ready (`READY=1`).
    record Ready() implements ProbeSignal {}

    /// The process is alive (`WATCHDOG=1`).
    record Alive() implements ProbeSignal {}

    /// The process has printed a line that matches the pattern.
    ///
    /// @param line the line, without its end
    record Line(String line) implements ProbeSignal {}

    /// The process cannot continue (`WATCHDOG=trigger`), so its liveness probe fails immediately.
    record Failing() implements ProbeSignal {}

    /// The process is ending (`STOPPING=1`), so its probes end.
    record Stopping() implements ProbeSignal {}

    /// The process requests more time (`EXTEND_TIMEOUT_USEC=`). The timeout of startup, or of the
    /// first readiness, is extended to this time from now, unless it ends later anyway.
    ///
    /// @param time from now on; positive
    record MoreTime(Duration time) implements ProbeSignal {}

    /// The process has set its status text (`STATUS=`).
    ///
    /// @param text one line; empty if the text was removed
    record Says(String text) implements ProbeSignal {}
  }
}
