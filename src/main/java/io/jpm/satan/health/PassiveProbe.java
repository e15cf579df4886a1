package io.jpm.satan.health;

import io.jpm.bus.satan.SatanCommand;
import io.jpm.model.Check;
import io.jpm.model.run.ProcessIdentity;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Consumer;

/// Listens to what processes say by themselves, for checks that ask nothing: [Check.Log] and
/// [Check.Notify]. Called on one Vert.x context, and everything comes back on that one.
public interface PassiveProbe {
  /// Begins to listen for one check of one process, before the process is made. A check that an app
  /// names more than once (the same record as startup and liveness) is opened once.
  ///
  /// @param attended the process: who it is, its app and its environment
  /// @param check a [Check.Log] or [Check.Notify] of the app
  /// @param signs takes every sign, from the moment the future has come until
  ///   [ProbeSubscription#close]; one that comes later is ignored
  /// @return comes when nothing can be missed any more; fails, with a sentence for people, when
  ///   that cannot be listened to: the check is then failing, with that sentence as its reason
  Future<ProbeSubscription> open(
      SatanCommand.StartMonitoring attended, Check check, Consumer<ProbeSignal> signs);

  /// Who listens. Owned by the context that opened it.
  interface ProbeSubscription {
    /// The process is there now. Never said after [#close]; said once.
    void began(ProcessIdentity process);

    /// Listens no more and lets go of what that took. Said once, also without [#began].
    void close();
  }

  /// Something that was heard.
  sealed interface ProbeSignal {
    /// The process says that it is ready (`READY=1`).
    record Ready() implements ProbeSignal {}

    /// The process says that it is alive (`WATCHDOG=1`).
    record Alive() implements ProbeSignal {}

    /// A line has come that matches.
    ///
    /// @param line the line, without its end
    record Line(String line) implements ProbeSignal {}

    /// The process says that it cannot go on (`WATCHDOG=trigger`): liveness fails at once.
    record Failing() implements ProbeSignal {}

    /// The process says that it is ending (`STOPPING=1`): from now on nothing is expected of it.
    record Stopping() implements ProbeSignal {}

    /// The process asks for time (`EXTEND_TIMEOUT_USEC=`): startup, or its first readiness, may
    /// take so long from now, if that is later than it would end anyway.
    ///
    /// @param time from now on; positive
    record MoreTime(Duration time) implements ProbeSignal {}

    /// What the process says of its state (`STATUS=`).
    ///
    /// @param text one line; empty: nothing any more
    record Says(String text) implements ProbeSignal {}
  }
}
