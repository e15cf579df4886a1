package io.jpm.god.process;

import io.jpm.model.AppSpec;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.WorkerId;
import io.jpm.os.NotifyAddress;
import java.nio.file.Path;
import java.util.Map;

/// Adds the environment variables that tell a process to report its health, as under systemd; see
/// `sd_notify(3)` and `sd_watchdog_enabled(3)`.
public final class NotifyVariables {
  private static final String TIME = "WATCHDOG_USEC";

  /// The variable with the pid to which the watchdog timeout applies. It is left unset, because the
  /// pid is not known before the process exists. The timeout then applies to every process with
  /// `WATCHDOG_USEC`.
  private static final String PROCESS = "WATCHDOG_PID";

  private NotifyVariables() {}

  /// Adds `NOTIFY_SOCKET` if one of the app's probes is `notify`, and `WATCHDOG_USEC` if its
  /// liveness probe is `notify`. Inherited values of these variables come from another service
  /// manager and are removed.
  ///
  /// @param environment the environment of the process
  static void add(Map<String, String> environment, Path home, AppSpec spec, WorkerId worker) {
    HealthProbes healthProbes = spec.health();
    if (!healthProbes.notifies()) {
      return;
    }
    environment.put(NotifyAddress.VARIABLE, NotifyAddress.of(home, worker, spec.runAs()));
    environment.remove(PROCESS);
    environment.remove(TIME);
    healthProbes
        .liveness()
        .filter(probe -> isNotify(probe.check()))
        .map(HealthProbes.Probe::rhythm)
        .ifPresent(probeTiming -> environment.put(TIME, Long.toString(micros(probeTiming))));
  }

  private static boolean isNotify(ProbeHandler probeHandler) {
    return probeHandler instanceof ProbeHandler.Notify;
  }

  /// Returns the time after which the liveness probe fails, in microseconds.
  private static long micros(ProbeHandler.ProbeTiming probeTiming) {
    return probeTiming.interval().multipliedBy(probeTiming.failures()).toNanos() / 1000;
  }
}
