package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a probe examines an instance. Texts may contain placeholders `${NAME}` for variables of the
/// instance's environment, such as its `PORT`.
public sealed interface ProbeHandler {
  /// Sends a request over HTTP/1.1. Passes if the status is in `statuses` and the body matches.
  ///
  /// @param url an absolute URL, `http://…` or `https://…`
  /// @param headers the headers of the request
  /// @param statuses the accepted status codes; usually 200 to 399
  /// @param body a regular expression that must match somewhere in the first 64 KB of the body;
  ///   empty: any body is accepted
  /// @param verified whether the certificate must be valid, which is often impossible for a local
  ///   address
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
        throw new IllegalArgumentException("status: use 100 to 599, the smaller one first");
      }
    }
  }

  /// Opens a TCP connection. Passes if it is accepted.
  ///
  /// @param host a name or address
  /// @param port a number, or a placeholder for a variable that contains one
  record Tcp(String host, String port) implements ProbeHandler {}

  /// Runs a command with the app's directory, environment and user, and with `JPM_PID`. Passes if
  /// the command exits with 0 in time; otherwise it is killed.
  ///
  /// @param command program and arguments, without a shell
  record Exec(List<String> command) implements ProbeHandler {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /// Waits for a line in the app's output. Passes startup and readiness at the first such line. For
  /// liveness, at least one such line must appear in each interval.
  ///
  /// @param pattern a regular expression that must match somewhere in the line
  record Log(String pattern) implements ProbeHandler {}

  /// Waits for a signal of the app: `READY=1` by `sd_notify(3)`, or `ready` over Node's IPC
  /// channel. For liveness, `WATCHDOG=1` must arrive in each interval.
  record Notify() implements ProbeHandler {}

  /// The timing and the thresholds of a probe.
  ///
  /// @param interval the time from the start of one attempt to the start of the next; positive
  /// @param timeout the time limit of one attempt; positive
  /// @param failures the number of consecutive failures with which the probe has failed; 1 or more
  /// @param successes the number of consecutive successes with which the probe has passed; 1 or
  ///   more
  /// @param delay an additional delay before the first attempt; 0 or more
  record ProbeTiming(
      Duration interval, Duration timeout, int failures, int successes, Duration delay) {
    public ProbeTiming {
      if (!interval.isPositive() || !timeout.isPositive()) {
        throw new IllegalArgumentException("interval and timeout: use more than 0");
      }
      if (failures < 1 || successes < 1 || delay.isNegative()) {
        throw new IllegalArgumentException("failures and successes: use 1 or more");
      }
    }
  }
}
