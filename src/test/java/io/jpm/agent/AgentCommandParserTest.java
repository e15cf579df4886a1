package io.jpm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Tests that [AgentCommandParser] finds the commands for the agent among the other lines of the
/// IPC channel.
class AgentCommandParserTest {
  private static List<String> parse(int piece, String text) {
    List<String> heard = new ArrayList<>();
    AgentCommandParser agentCommandParser =
        new AgentCommandParser(
            Map.of(
                AgentCommandParser.DRAIN, () -> heard.add("drain"),
                AgentCommandParser.ACCEPT, () -> heard.add("accept"),
                AgentCommandParser.PAUSE, () -> heard.add("pause"),
                AgentCommandParser.SERVERS, () -> heard.add("servers")));
    for (int from = 0; from < text.length(); from += piece) {
      String part = text.substring(from, Math.min(text.length(), from + piece));
      agentCommandParser.read(part.getBytes(StandardCharsets.UTF_8));
    }
    return heard;
  }

  @Test
  void commandsAreFoundAmongOtherLinesInChunksOfAnySize() {
    String others =
        "{\"x\":\""
            + "y".repeat(5000)
            + "\"}\n\n"
            + AgentCommandParser.ACCEPT
            + "\n"
            + AgentCommandParser.SERVERS
            + "\n\n"
            + AgentCommandParser.PAUSE
            + "\n"
            + AgentCommandParser.DRAIN
            + "\n\""
            + AgentCommandParser.DRAIN
            + "\"\n";
    for (int piece : new int[] {1, 2, 7, 33, 34, 35, 8192}) {
      assertThat(parse(piece, others))
          .as("pieces of " + piece)
          .containsExactly("accept", "servers", "pause", "drain");
    }
  }

  @Test
  void lineThatOnlyContainsACommandIsNotACommand() {
    String drain = AgentCommandParser.DRAIN;
    assertThat(parse(100, drain + " \n" + " " + drain + "\n" + drain)).isEmpty();
    assertThat(parse(100, drain + drain + "\n")).isEmpty();
    assertThat(parse(100, "x".repeat(64) + "\n" + "y".repeat(65) + "\n")).isEmpty();
  }
}
