package io.jpm.hooks;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// When a webhook is tried again.
///
/// @param pauses the waits before the second try, the third and so on
record RetryPlan(List<Duration> pauses) {
  /// Five tries over a minute.
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

  /// What came of one try.
  sealed interface Outcome {
    /// An answer.
    record Answered(int status) implements Outcome {}

    /// None.
    ///
    /// @param why in words
    record Failed(String why) implements Outcome {}
  }

  /// What to do next.
  sealed interface Verdict {
    /// It has been taken.
    record Taken() implements Verdict {}

    /// Once more.
    record Again(Duration pause) implements Verdict {}

    /// No more.
    ///
    /// @param why in words
    record GivenUp(String why) implements Verdict {}
  }

  /// Judges the outcome of a try.
  ///
  /// @param tries how many there were, this one too
  Verdict after(int tries, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Answered(int status) when status >= 200 && status < 300 -> new Verdict.Taken();
      case Outcome.Answered(int status) when status >= 500 || status == 429 ->
          again(tries, "answers " + status);
      case Outcome.Answered(int status) when status >= 300 && status < 400 ->
          new Verdict.GivenUp(
              "answers %d: it is not redirected, name the final address".formatted(status));
      case Outcome.Answered(int status) -> new Verdict.GivenUp("answers " + status);
      case Outcome.Failed(String why) -> again(tries, why);
    };
  }

  private Verdict again(int tries, String why) {
    Optional<Duration> pause =
        tries <= pauses.size() ? Optional.of(pauses.get(tries - 1)) : Optional.empty();
    return pause
        .<Verdict>map(Verdict.Again::new)
        .orElseGet(() -> new Verdict.GivenUp("%s, %d times".formatted(why, tries)));
  }
}
