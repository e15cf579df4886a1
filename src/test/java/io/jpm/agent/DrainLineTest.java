package io.jpm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// The one line of the channel that is meant for the agent.
class DrainLineTest {
  private static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  private static int drains(int piece, String text) {
    AtomicInteger drains = new AtomicInteger();
    DrainLine line = new DrainLine(drains::incrementAndGet);
    for (int from = 0; from < text.length(); from += piece) {
      String part = text.substring(from, Math.min(text.length(), from + piece));
      line.read(part.getBytes(StandardCharsets.UTF_8));
    }
    return drains.get();
  }

  @Test
  void itIsFoundAmongOthersInPiecesOfAnySize() {
    String others = "{\"x\":\"" + "y".repeat(5000) + "\"}\n\n" + DRAIN + "\n\"" + DRAIN + "\"\n";
    for (int piece : new int[] {1, 2, 7, 33, 34, 35, 8192}) {
      assertThat(drains(piece, others)).as("pieces of " + piece).isEqualTo(1);
    }
  }

  @Test
  void whatOnlyBeginsOrEndsLikeItIsAnotherLine() {
    assertThat(drains(100, DRAIN + " \n" + " " + DRAIN + "\n" + DRAIN)).isZero();
    assertThat(drains(100, DRAIN + DRAIN + "\n")).isZero();
  }
}
