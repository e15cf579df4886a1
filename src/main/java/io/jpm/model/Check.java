package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One way to ask an app how it is. Texts may hold `${NAME}`, which stands for a variable of the
/// instance's own environment, such as its `PORT`.
public sealed interface Check {
  /// Asks over HTTP/1.1. Passed when the status is one of `statuses` and the body matches.
  ///
  /// @param url `http://…` or `https://…`, absolute
  /// @param headers sent with the request
  /// @param statuses from the first to the last of a range, both counting; usually 200 to 399
  /// @param body a regular expression that is found somewhere in the first 64 KB of the body;
  ///   empty: the body does not matter
  /// @param verified whether a certificate must be valid; checks of one's own host often cannot
  record Http(
      String url,
      Map<String, String> headers,
      StatusRange statuses,
      Optional<String> body,
      boolean verified)
      implements Check {
    public Http {
      headers = Map.copyOf(headers);
    }
  }

  /// Status codes of HTTP.
  ///
  /// @param first 100 to 599
  /// @param last `first` to 599
  record StatusRange(int first, int last) {
    /// What counts as an answer that is no error.
    public static final StatusRange FINE = new StatusRange(200, 399);

    public StatusRange {
      if (first < 100 || last > 599 || first > last) {
        throw new IllegalArgumentException("status: use 100 to 599, the smaller one first");
      }
    }
  }

  /// Passed when a connection is taken.
  ///
  /// @param host a name or address
  /// @param port a number, or a variable that holds one
  record Tcp(String host, String port) implements Check {}

  /// Runs a command with the app's directory, environment, user and `JPM_PID`. Passed when it ends
  /// with 0 in time; otherwise it is killed.
  ///
  /// @param command program and arguments, without a shell
  record Exec(List<String> command) implements Check {
    public Exec {
      command = List.copyOf(command);
    }
  }

  /// A line of the app's output. For startup and readiness: passed when such a line has come. For
  /// liveness: at least one must come in each interval.
  ///
  /// @param pattern a regular expression that is found somewhere in the line
  record Log(String pattern) implements Check {}

  /// What the app says itself: `READY=1` by `sd_notify(3)`, or `ready` over Node's channel. For
  /// liveness: `WATCHDOG=1` must come in each interval.
  record Notify() implements Check {}

  /// How often and how patiently a check is made.
  ///
  /// @param interval from one attempt's beginning to the next one's; positive
  /// @param timeout how long one attempt may take; positive
  /// @param failures so many in a row are a verdict; 1 or more
  /// @param successes so many in a row end it; 1 or more
  /// @param delay none is made so long after the first would be due; 0 or more
  record Rhythm(Duration interval, Duration timeout, int failures, int successes, Duration delay) {
    public Rhythm {
      if (!interval.isPositive() || !timeout.isPositive()) {
        throw new IllegalArgumentException("interval and timeout: use more than 0");
      }
      if (failures < 1 || successes < 1 || delay.isNegative()) {
        throw new IllegalArgumentException("failures and successes: use 1 or more");
      }
    }
  }
}
