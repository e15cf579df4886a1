package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.doctor.SystemReport.Apps;
import io.jpm.doctor.SystemReport.Bridge;
import io.jpm.doctor.SystemReport.SettingsFacts;
import io.jpm.doctor.SystemReport.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Derives the findings about the daemon itself and its apps.
final class DaemonFindings {
  private static final Duration SLOW = Duration.ofSeconds(1);

  private DaemonFindings() {}

  static void add(SystemReport systemReport, List<Finding> findings) {
    findings.add(bridge(systemReport.bridge()));
    systemReport.keeper().ifPresent(alive -> findings.add(keeper(alive)));
    findings.add(heart(systemReport.heartbeat()));
    systemReport.heartbeat().ifPresent(heart -> findings.add(loops(heart)));
    findings.add(settings(systemReport.settings()));
    findings.add(tokens(systemReport.tokens()));
    findings.add(
        systemReport
            .apps()
            .map(DaemonFindings::apps)
            .orElseGet(() ->
                Finding.fail(
                    "apps",
                    "the supervisor (God) does not answer",
                    "see jpm.log, then run jpm update")));
    systemReport
        .apps()
        .filter(apps -> !apps.logProblems().isEmpty())
        .ifPresent(apps ->
            findings.add(
                Finding.fail(
                    "logs",
                    Doctor.abbreviated(apps.logProblems()),
                    "make the directory writable or free disk space; buffered output is then written")));
  }

  private static Finding bridge(Bridge bridge) {
    String remedy = "run jpm update: the new daemon opens its port and socket again";
    if (bridge.port().isEmpty()) {
      return Finding.fail("bridge", "the file bridge.port does not contain a port", remedy);
    }
    int port = bridge.port().get();
    if (bridge.tcp().isPresent()) {
      return Finding.fail(
          "bridge", "127.0.0.1:%d does not answer: %s".formatted(port, bridge.tcp().get()), remedy);
    }
    return bridge.socket().isPresent()
        ? Finding.fail("bridge", "bridge.sock does not answer: " + bridge.socket().get(), remedy)
        : Finding.ok("bridge", "127.0.0.1:%d and bridge.sock answer".formatted(port));
  }

  private static Finding keeper(boolean alive) {
    return alive
        ? Finding.ok("keeper", "running")
        : Finding.warn(
            "keeper",
            "not running: the daemon will not be restarted if it dies",
            "see jpm.log for the reason; the keeper needs bash and bin/jpm-keeper from the installation");
  }

  private static Finding heart(Optional<HeartbeatReply> known) {
    String remedy =
        "run jpm events jpm to see when pings were missed; the machine may be short of memory or CPU";
    if (known.isEmpty()) {
      return Finding.fail("heartbeat", "no heartbeat was received", remedy);
    }
    HeartbeatReply heart = known.get();
    if (heart.consecutiveMisses() > 0) {
      return Finding.fail(
          "heartbeat",
          "the supervisor (God) has not answered the last %d pings"
              .formatted(heart.consecutiveMisses()),
          remedy);
    }
    String found =
        "the supervisor (God) answers in %s, at worst in %s in the last 10 minutes"
            .formatted(heart.last().map(DaemonFindings::millis).orElse("?"), millis(heart.worst()));
    if (heart.missed() > 0) {
      return Finding.warn(
          "heartbeat", "%s, %d pings missed".formatted(found, heart.missed()), remedy);
    }
    return heart.worst().compareTo(SLOW) > 0
        ? Finding.warn("heartbeat", found, remedy)
        : Finding.ok("heartbeat", found);
  }

  private static Finding loops(HeartbeatReply heart) {
    Duration worst =
        heart.loops().stream()
            .map(HeartbeatReply.Loop::worst)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    String found =
        "%d loops, at most %s late in the last 10 minutes"
            .formatted(heart.loops().size(), millis(worst));
    return worst.compareTo(SLOW) > 0
        ? Finding.warn(
            "event loops",
            found,
            "run jpm events jpm to see when the delays occurred, and check jpm.log for a blocked thread; if there is none, the machine may have been short of CPU")
        : Finding.ok("event loops", found);
  }

  private static String millis(Duration time) {
    return time.toNanos() < 1_000_000 ? "less than 1 ms" : time.toMillis() + " ms";
  }

  private static Finding settings(SettingsFacts settings) {
    if (!settings.mistakes().isEmpty()) {
      return Finding.fail(
          "settings",
          Doctor.abbreviated(settings.mistakes()),
          "fix these errors: a new daemon would refuse to start");
    }
    return settings.waiting().isEmpty()
        ? Finding.ok("settings", "no errors")
        : Finding.warn(
            "settings",
            "changes that take effect when the daemon is replaced: "
                + Doctor.abbreviated(settings.waiting()),
            "run jpm update, which does not affect apps");
  }

  private static Finding tokens(Tokens tokens) {
    if (tokens.problem().isPresent()) {
      return Finding.fail("tokens", tokens.problem().get(), "run jpm token ls, and see jpm.log");
    }
    return tokens.soon().isEmpty()
        ? Finding.ok("tokens", tokens.count() + ", none expires soon")
        : Finding.warn(
            "tokens",
            "tokens that expire soon: " + Doctor.abbreviated(tokens.soon()),
            "run jpm token rotate NAME to create a new secret");
  }

  private static Finding apps(Apps apps) {
    String count = apps.instances() == 1 ? "1 instance" : apps.instances() + " instances";
    return apps.errored().isEmpty()
        ? Finding.ok("apps", count + ", none errored")
        : Finding.warn(
            "apps",
            "%s, errored: %s".formatted(count, Doctor.abbreviated(apps.errored())),
            "run jpm describe and jpm logs to see why");
  }
}
