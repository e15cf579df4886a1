package io.jpm.satan.health;

import io.jpm.satan.health.PassiveProbe.ProbeSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Parses messages sent to `NOTIFY_SOCKET`, which consist of `NAME=value` lines (`sd_notify(3)`).
/// Any program may send any data, so unknown content is skipped.
final class NotifyMessage {
  /// The maximum length of a status text, in characters.
  static final int MOST_STATUS = 200;

  private static final Duration MOST_TIME = Duration.ofDays(365);
  private static final int MOST_DIGITS = 18;

  private NotifyMessage() {}

  /// Returns the signals in several messages, at most one per kind. If a kind occurs more than
  /// once, such as a status text, the last occurrence counts.
  static List<ProbeSignal> signals(List<String> messages) {
    Map<Class<?>, ProbeSignal> signs = new LinkedHashMap<>();
    for (String message : messages) {
      String text = message.endsWith("\0") ? message.substring(0, message.length() - 1) : message;
      if (text.indexOf(0) < 0) {
        text.lines()
            .flatMap(line -> sign(line).stream())
            .forEach(probeSignal -> signs.put(probeSignal.getClass(), probeSignal));
      }
    }
    return new ArrayList<>(signs.values());
  }

  private static Optional<ProbeSignal> sign(String line) {
    int equals = line.indexOf('=');
    if (equals < 0) {
      return Optional.empty();
    }
    String value = line.substring(equals + 1);
    return switch (line.substring(0, equals)) {
      case "READY" -> value.equals("1") ? Optional.of(new ProbeSignal.Ready()) : Optional.empty();
      case "STOPPING" ->
          value.equals("1") ? Optional.of(new ProbeSignal.Stopping()) : Optional.empty();
      case "WATCHDOG" ->
          switch (value) {
            case "1" -> Optional.of(new ProbeSignal.Alive());
            case "trigger" -> Optional.of(new ProbeSignal.Failing());
            default -> Optional.empty();
          };
      case "STATUS" -> Optional.of(new ProbeSignal.StatusChanged(oneLine(value)));
      case "EXTEND_TIMEOUT_USEC" -> time(value).map(ProbeSignal.TimeoutExtension::new);
      default -> Optional.empty(); // MAINPID, RELOADING and other variables
    };
  }

  private static Optional<Duration> time(String micros) {
    if (!micros.matches("[0-9]{1," + MOST_DIGITS + "}")) {
      return Optional.empty();
    }
    Duration time =
        Duration.ofNanos(
            Math.clamp(Long.parseLong(micros), 0, MOST_TIME.toSeconds() * 1_000_000) * 1000);
    return Optional.of(time).filter(Duration::isPositive);
  }

  /// Returns a copy of the text that is safe to show in a table: without control characters,
  /// terminal escapes and changes of text direction.
  private static String oneLine(String value) {
    String plain = value.replaceAll("\\s+", " ").replaceAll("\\p{C}|\\p{Zl}|\\p{Zp}", "").strip();
    if (plain.codePointCount(0, plain.length()) <= MOST_STATUS) {
      return plain;
    }
    return plain.substring(0, plain.offsetByCodePoints(0, MOST_STATUS - 1)) + "…";
  }
}
