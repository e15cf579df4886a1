package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.hooks.RetryPlan.Outcome;
import io.jpm.hooks.RetryPlan.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests when a webhook is retried.
class RetryPlanTest {
  private static final Outcome FAILED = new Outcome.Failed("Connection refused");

  @ParameterizedTest
  @ValueSource(ints = {200, 202, 204, 299})
  void successStatusIsNotRetried(int status) {
    assertThat(RetryPlan.USUAL.after(1, new Outcome.Answered(status)))
        .isEqualTo(new Verdict.Delivered());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 502, 503, 599})
  void temporaryErrorIsRetried(int status) {
    assertThat(RetryPlan.USUAL.after(1, new Outcome.Answered(status)))
        .isEqualTo(new Verdict.Retry(Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 307, 400, 401, 403, 404, 410, 422})
  void refusalIsNotRetried(int status) {
    assertThat(RetryPlan.USUAL.after(1, new Outcome.Answered(status)))
        .isInstanceOf(Verdict.GiveUp.class);
  }

  @Test
  void webhookIsAbandonedAfterFiveAttemptsWithinAMinute() {
    List<Duration> pauses = new ArrayList<>();
    int tries = 1;
    while (RetryPlan.USUAL.after(tries, FAILED) instanceof Verdict.Retry(Duration pause)) {
      pauses.add(pause);
      tries++;
    }
    assertThat(tries).isEqualTo(5);
    assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus))
        .isBetween(Duration.ofSeconds(30), Duration.ofMinutes(1));
    assertThat(RetryPlan.USUAL.after(tries, FAILED))
        .isEqualTo(new Verdict.GiveUp("Connection refused, after 5 attempts"));
  }
}
