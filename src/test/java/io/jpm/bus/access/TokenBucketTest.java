package io.jpm.bus.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenBucketTest {
  private final TokenBucket bucket = new TokenBucket(3, Duration.ofNanos(10), 1000);

  private long countTaken(int tries, long now) {
    return IntStream.range(0, tries).filter(_ -> bucket.take(now)).count();
  }

  @Test
  void burstIsLimitedAndOneTokenIsAddedPerInterval() {
    assertThat(countTaken(9, 1000)).isEqualTo(3);
    assertThat(countTaken(9, 1009)).isZero();
    assertThat(countTaken(9, 1010)).isEqualTo(1);
    assertThat(countTaken(9, 1035)).isEqualTo(2);
    assertThat(countTaken(9, 1040)).as("remainder of the previous interval").isEqualTo(1);
    assertThat(countTaken(9, 9000)).as("at most the capacity").isEqualTo(3);
  }

  @Test
  void bucketIsFullAgainAfterTheRefillInterval() {
    assertThat(bucket.isFull(1000)).isTrue();
    assertThat(bucket.take(1000)).isTrue();
    assertThat(bucket.isFull(1009)).isFalse();
    assertThat(bucket.isFull(1010)).isTrue();
  }

  @Test
  void clockSetBackNeitherAddsNorRemovesTokens() {
    assertThat(countTaken(2, 1000)).isEqualTo(2);
    assertThat(countTaken(9, 5)).isEqualTo(1);
    assertThat(countTaken(9, 14)).isZero();
    assertThat(countTaken(9, 15)).isEqualTo(1);
  }
}
