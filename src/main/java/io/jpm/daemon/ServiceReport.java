package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.Blocking;
import io.jpm.bus.daemon.HeartbeatAck;
import io.jpm.os.ServiceNotifier;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Tells the service manager that has started this daemon how it is (`sd_notify(3)`): ready, alive
/// as long as God answers, about to end. A God that hangs is thus replaced with his daemon.
final class ServiceReport {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  private final ServiceNotifier notifier;
  private final Map<String, String> environment;
  private final long pid;

  /// @param environment what the daemon was started with
  ServiceReport(ServiceNotifier notifier, Map<String, String> environment, long pid) {
    this.notifier = notifier;
    this.environment = Map.copyOf(environment);
    this.pid = pid;
  }

  /// The door is open. May block for a moment.
  void ready(Vertx vertx, Path home) {
    notifier.say(
        "READY=1\nMAINPID=%d\nSTATUS=jpm %s, home %s\n"
            .formatted(pid, Version.TEXT, oneLine(home)));
    if (longestSilence().isPresent()) {
      vertx.eventBus().<HeartbeatAck>consumer(Addresses.PULSES, _ -> alive(vertx));
    }
  }

  private void alive(Vertx vertx) {
    Blocking.call(
            vertx,
            () -> {
              notifier.say("WATCHDOG=1\n");
              return true;
            })
        .onFailure(failure -> LOG.log(Level.WARNING, "the watchdog cannot be fed", failure));
  }

  /// How often the manager wants to hear of the daemon at least: half of what it waits for; empty
  /// where it does not wait.
  Optional<Duration> longestSilence() {
    long micros = watchdogMicros();
    return micros < 2000 ? Optional.empty() : Optional.of(Duration.ofNanos(micros * 500));
  }

  /// What the manager allows between two signs of life; 0 where it wants none, or of another
  /// process.
  private long watchdogMicros() {
    String whose = environment.getOrDefault("WATCHDOG_PID", "");
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    return micros.matches("[0-9]{1,18}") && (whose.isEmpty() || whose.equals(Long.toString(pid)))
        ? Long.parseLong(micros)
        : 0;
  }

  /// The end has begun. May block for a moment.
  void stopping() {
    notifier.say("STOPPING=1\n");
  }

  private static String oneLine(Path home) {
    return home.toString().replaceAll("\\p{Cntrl}", "?");
  }
}
