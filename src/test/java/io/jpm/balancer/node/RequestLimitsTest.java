package io.jpm.balancer.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestLimitsTest {
  private final AtomicLong now = new AtomicLong();
  private final RequestLimits requestLimits = new RequestLimits(now::get);
  private final AppName one = new AppName("one");
  private final AppName other = new AppName("other");

  private long countAdmitted(int times) {
    return IntStream.range(0, times).filter(_ -> requestLimits.begins(one)).count();
  }

  @Test
  void pendingQueriesAreLimitedPerApp() {
    assertThat(countAdmitted(1000)).isEqualTo(RequestLimits.MOST);
    assertThat(requestLimits.begins(other)).isTrue();
    requestLimits.answered(one);
    assertThat(countAdmitted(1000)).isEqualTo(1);
  }

  @Test
  void logMessagesAreLimitedPerAppAndMinute() {
    assertThat(IntStream.range(0, 1000).filter(_ -> requestLimits.mayLog(one)).count())
        .isEqualTo(RequestLimits.MOST_TOLD);
    assertThat(requestLimits.mayLog(other)).isTrue();
    now.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(requestLimits.mayLog(one)).isTrue();
  }
}
