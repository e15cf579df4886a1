package io.jpm.balancer.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ResponseTrackerTest {
  private static final long PATIENCE = ResponseTracker.PATIENCE.toNanos();
  private static final long MOMENT = Duration.ofMillis(1).toNanos();

  /// Returns the tracker of a backend that received a request at the time `at`.
  private static ResponseTracker asked(long at) {
    return ResponseTracker.NONE.requestSent(at);
  }

  private static ResponseTracker answered(long at) {
    return ResponseTracker.NONE.requestSent(at).answered(at);
  }

  private static boolean hangs(ResponseTracker one, long now, ResponseTracker... others) {
    return one.isHanging(now, Stream.of(others));
  }

  @Test
  void backendThatIsSilentWhileAnotherAnswersHangs() {
    ResponseTracker one = asked(0);
    assertThat(hangs(one, PATIENCE - 1, answered(MOMENT))).isFalse();
    assertThat(hangs(one, PATIENCE, answered(MOMENT))).isTrue();
    assertThat(hangs(one.answered(PATIENCE), PATIENCE, answered(MOMENT))).isFalse();
  }

  @Test
  void backendWithoutPendingResponsesNeverHangs() {
    assertThat(hangs(ResponseTracker.NONE, 100 * PATIENCE, answered(MOMENT))).isFalse();
    assertThat(hangs(asked(0).connectionEnded(), 100 * PATIENCE, answered(MOMENT))).isFalse();
    assertThat(hangs(ResponseTracker.NONE.spokeFirst(0), 100 * PATIENCE, answered(MOMENT)))
        .isFalse();
  }

  @Test
  void silentBackendDoesNotHangUnlessAnotherAnswersLater() {
    assertThat(hangs(asked(0), 2 * PATIENCE)).isFalse();
    // All of them only receive, such as log collectors.
    assertThat(hangs(asked(0), 2 * PATIENCE, ResponseTracker.NONE, asked(MOMENT))).isFalse();
    // The other one answered before.
    assertThat(hangs(asked(MOMENT), 2 * PATIENCE, answered(0))).isFalse();
    // The other one has answered since, but is silent now, too.
    assertThat(hangs(asked(0), 3 * PATIENCE, answered(MOMENT).requestSent(2 * MOMENT))).isFalse();
  }

  @Test
  void backendThatAnswersOneClientDoesNotHangThoughOthersWait() {
    ResponseTracker poll = asked(0).requestSent(MOMENT).answered(2 * PATIENCE);
    assertThat(poll.unanswered()).isEqualTo(1);
    assertThat(hangs(poll, 3 * PATIENCE - 1, answered(2 * PATIENCE + MOMENT))).isFalse();
    assertThat(hangs(poll, 3 * PATIENCE, answered(2 * PATIENCE + MOMENT))).isTrue();
  }

  @Test
  void waitingTimeRestartsOnlyAfterAllRequestsAreGone() {
    assertThat(asked(0).connectionEnded().requestSent(PATIENCE).unansweredNanos(PATIENCE + 5))
        .isEqualTo(5);
    assertThat(asked(0).requestSent(7).connectionEnded().unansweredNanos(10)).isEqualTo(10);
  }
}
