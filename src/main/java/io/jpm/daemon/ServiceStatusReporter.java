package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.BlockingCalls;
import io.jpm.bus.daemon.HeartbeatAck;
import io.jpm.os.ServiceNotifier;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Reports the state of the daemon to the service manager that started it (`sd_notify(3)`): that it
/// is ready, that it is alive as long as God responds, and that it is stopping. If God hangs, the
/// service manager therefore restarts the daemon.
final class ServiceStatusReporter {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private final ServiceNotifier notifier;
  private final Map<String, String> environment;
  private final long pid;

  /// @param environment the environment with which the daemon was started
  ServiceStatusReporter(ServiceNotifier notifier, Map<String, String> environment, long pid) {
    this.notifier = notifier;
    this.environment = Map.copyOf(environment);
    this.pid = pid;
  }

  /// Reports that the bridge is open. May block briefly.
  void ready(Vertx vertx, Path home) {
    notifier.sendState(
        "READY=1\nMAINPID=%d\nSTATUS=jpm %s, home %s\n"
            .formatted(pid, Version.TEXT, oneLine(home)));
    if (maxReportInterval().isPresent()) {
      vertx.eventBus().<HeartbeatAck>consumer(Addresses.HEARTBEAT_ACKS, _ -> alive(vertx));
    }
  }

  private void alive(Vertx vertx) {
    BlockingCalls.call(
            vertx,
            () -> {
              notifier.sendState("WATCHDOG=1\n");
              return true;
            })
        .onFailure(failure ->
            LOG.log(Level.WARNING, "cannot notify the watchdog of the service manager", failure));
  }

  /// Returns the longest interval between two watchdog reports, which is half of the manager's
  /// timeout; empty if the manager has no watchdog for this process.
  Optional<Duration> maxReportInterval() {
    long micros = watchdogMicros();
    return micros < 2000 ? Optional.empty() : Optional.of(Duration.ofNanos(micros * 500));
  }

  /// Returns the watchdog timeout in microseconds; 0 if there is no watchdog or it is for another
  /// process.
  private long watchdogMicros() {
    String whose = environment.getOrDefault("WATCHDOG_PID", "");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    return micros.matches("[0-9]{1,18}") && (whose.isEmpty() || whose.equals(Long.toString(pid)))
        ? Long.parseLong(micros)
        : 0;
  }

  /// Reports that the daemon is stopping. May block briefly.
  void stopping() {
    notifier.sendState("STOPPING=1\n");
  }

  private static String oneLine(Path home) {
    return home.toString().replaceAll("\\p{Cntrl}", "?");
  }
}
