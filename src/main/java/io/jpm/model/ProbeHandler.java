package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a probe examines an instance. Texts may contain placeholders `${NAME}` for variables in the
/// instance's environment, such as `PORT`.
public sealed interface ProbeHandler {
  /// Sends an HTTP/1.1 request. Passes if the status is in `statuses` and the body matches.
  ///
  /// @param url an absolute URL, `http://…` or `https://…`
  /// @param headers the headers of the request
  /// @param statuses the accepted status codes; usually 200 to 399
  /// @param body a regular expression that must match somewhere in the first 64 KB of the body;
  ///   empty if any body is accepted
  /// @param verified whether the certificate must be valid; a local address often cannot have a
  ///   valid certificate
  record Http(
      String url,
      Map<String, String> headers,
      StatusRange statuses,
      Optional<String> body,
      boolean verified)
      implements ProbeHandler {
    public Http {
      headers = Map.copyOf(headers);
    }
  }

  /// A range of HTTP status codes.
  ///
  /// @param first the first code, 100 to 599
  /// @param last the last code, `first` to 599
  record StatusRange(int first, int last) {
    /// The status codes of successful responses and redirects.
    public static final StatusRange FINE = new StatusRange(200, 399);

    public StatusRange {
      if (first < 100 || last > 599 || first > last) {
        throw new IllegalArgumentException(
            "status must be a range within 100 to 599, with the smaller code first");
      }
    }
  }

  /// Opens a TCP connection. Passes if the connection is accepted.
  ///
  /// @param host a host name or IP address
  /// @param port a number, or a placeholder for a variable that contains one
  record Tcp(String host, String port) implements ProbeHandler {}

  /// Runs a command in the app's directory, with the app's environment and user, and with
  /// `JPM_PID`. Passes if the command exits with code 0 before the timeout. At the timeout, the
  /// command is killed.
  ///
  /// @param command the program and its arguments; no shell is involved
  record Exec(List<String> command) implements ProbeHandler {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /// Waits for a line in the app's output. For startup and readiness, the probe passes at the first
  /// matching line. For liveness, at least one matching line must appear in each interval.
  ///
  /// @param pattern a regular expression that must match somewhere in the line
  record Log(String pattern) implements ProbeHandler {}

  /// Waits for a signal from the app: `READY=1` through `sd_notify(3)`, or `ready` over Node's IPC
  /// channel. For liveness, `WATCHDOG=1` must arrive in each interval.
  record Notify() implements ProbeHandler {}

  /// The timing and the thresholds of a probe.
  ///
  /// @param interval the time from the start of one attempt to the start of the next; positive
  /// @param timeout the time limit of one attempt; positive
  /// @param failures the number of consecutive failed attempts after which the probe has failed; 1
  ///   or more
  /// @param successes the number of consecutive successful attempts after which the probe has
  ///   passed; 1 or more
  /// @param delay an additional delay before the first attempt; 0 or more
  record ProbeTiming(
      Duration interval, Duration timeout, int failures, int successes, Duration delay) {
    public ProbeTiming {
      if (!interval.isPositive() || !timeout.isPositive()) {
        throw new IllegalArgumentException("interval and timeout must be greater than 0");
      }
      if (failures < 1 || successes < 1 || delay.isNegative()) {
        throw new IllegalArgumentException(
            "failures and successes must be at least 1, and delay must not be negative");
      }
    }
  }
}
