package io.jpm.god.process;

import io.jpm.model.AppSpec;
import io.jpm.model.Check;
import io.jpm.model.Health;
import io.jpm.model.run.WorkerId;
import io.jpm.os.NotifyAddress;
import java.nio.file.Path;
import java.util.Map;

/// What a process whose health is told by itself learns of that, as from systemd, `sd_notify(3)`
/// and `sd_watchdog_enabled(3)`.
public final class NotifyVariables {
  private static final String TIME = "WATCHDOG_USEC";

  /// For whom the time is meant. Unset: for whoever has the variable; the pid is not known before
  /// the process is there.
  private static final String PROCESS = "WATCHDOG_PID";

  private NotifyVariables() {}

  /// Adds `NOTIFY_SOCKET` where one of the app's checks is `notify`, and `WATCHDOG_USEC` where that
  /// is the one for liveness. Whatever was inherited under these names is another manager's and
  /// goes.
  ///
  /// @param environment of the process
  static void add(Map<String, String> environment, Path home, AppSpec spec, WorkerId worker) {
    Health health = spec.health();
    if (!health.notifies()) {
      return;
    }
    environment.put(NotifyAddress.VARIABLE, NotifyAddress.of(home, worker, spec.runAs()));
    environment.remove(PROCESS);
    environment.remove(TIME);
    health
        .liveness()
        .filter(probe -> isNotify(probe.check()))
        .map(Health.Probe::rhythm)
        .ifPresent(rhythm -> environment.put(TIME, Long.toString(micros(rhythm))));
  }

  private static boolean isNotify(Check check) {
    return check instanceof Check.Notify;
  }

  /// When the verdict would be reached.
  private static long micros(Check.Rhythm rhythm) {
    return rhythm.interval().multipliedBy(rhythm.failures()).toNanos() / 1000;
  }
}
