package io.jpm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Tests that [Orders] finds the commands for the agent among the other lines of the IPC channel.
class OrdersTest {
  private static List<String> heard(int piece, String text) {
    List<String> heard = new ArrayList<>();
    Orders orders =
        new Orders(
            Map.of(
                Orders.DRAIN, () -> heard.add("drain"),
                Orders.ACCEPT, () -> heard.add("accept"),
                Orders.PAUSE, () -> heard.add("pause"),
                Orders.SERVERS, () -> heard.add("servers")));
    for (int from = 0; from < text.length(); from += piece) {
      String part = text.substring(from, Math.min(text.length(), from + piece));
      orders.read(part.getBytes(StandardCharsets.UTF_8));
    }
    return heard;
  }

  @Test
  void theyAreFoundAmongOthersInPiecesOfAnySize() {
    String others =
        "{\"x\":\""
            + "y".repeat(5000)
            + "\"}\n\n"
            + Orders.ACCEPT
            + "\n"
            + Orders.SERVERS
            + "\n\n"
            + Orders.PAUSE
            + "\n"
            + Orders.DRAIN
            + "\n\""
            + Orders.DRAIN
            + "\"\n";
    for (int piece : new int[] {1, 2, 7, 33, 34, 35, 8192}) {
      assertThat(heard(piece, others))
          .as("pieces of " + piece)
          .containsExactly("accept", "servers", "pause", "drain");
    }
  }

  @Test
  void whatOnlyBeginsOrEndsLikeThemIsAnotherLine() {
    String drain = Orders.DRAIN;
    assertThat(heard(100, drain + " \n" + " " + drain + "\n" + drain)).isEmpty();
    assertThat(heard(100, drain + drain + "\n")).isEmpty();
    assertThat(heard(100, "x".repeat(64) + "\n" + "y".repeat(65) + "\n")).isEmpty();
  }
}
