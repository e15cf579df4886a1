package io.jpm.hooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Decides whether and when a webhook is retried.
///
/// @param pauses the delays before the second attempt, the third attempt and so on
record RetryPlan(List<Duration> pauses) {
  /// Up to five attempts within about a minute.
  static final RetryPlan USUAL =
      new RetryPlan(
          List.of(
              Duration.ofSeconds(1),
              Duration.ofSeconds(4),
              Duration.ofSeconds(12),
              Duration.ofSeconds(30)));

  RetryPlan {
    pauses = List.copyOf(pauses);
  }

  /// The result of one attempt.
  sealed interface Outcome {
    /// The server responded.
    ///
    /// @param status the HTTP status
    record Answered(int status) implements Outcome {}

    /// No response was received.
    ///
    /// @param reason a description for the log
    record Failed(String reason) implements Outcome {}
  }

  /// The next step after an attempt.
  sealed interface Verdict {
    /// The server has accepted the notification.
    record Delivered() implements Verdict {}

    /// Retry after `pause`.
    record Retry(Duration pause) implements Verdict {}

    /// Do not retry.
    ///
    /// @param reason a description for the log
    record GiveUp(String reason) implements Verdict {}
  }

  /// Decides how to proceed after an attempt.
  ///
  /// @param tries the number of attempts so far, including this one
  Verdict after(int tries, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answered(int status) when status >= 200 && status < 300 ->
          new Verdict.Delivered();
      case Outcome.Answered(int status) when status >= 500 || status == 429 ->
          again(tries, "HTTP status " + status);
      case Outcome.Answered(int status) when status >= 300 && status < 400 ->
          new Verdict.GiveUp(
              "HTTP status %d (redirects are not followed: use the final URL)".formatted(status));
      case Outcome.Answered(int status) -> new Verdict.GiveUp("HTTP status " + status);
      case Outcome.Failed(String why) -> again(tries, why);
    };
  }

  private Verdict again(int tries, String why) {
    Optional<Duration> pause =
        tries <= pauses.size() ? Optional.of(pauses.get(tries - 1)) : Optional.empty();
    return pause
        .<Verdict>map(Verdict.Retry::new)
        .orElseGet(() -> new Verdict.GiveUp("%s, after %d attempts".formatted(why, tries)));
  }
}
