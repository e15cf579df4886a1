package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.jpm.wire.LinesMessage.Line;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineMatcherTest {
  private static Line line(String stream, String text, boolean partial, boolean rest) {
    return new Line(0, stream, Instant.EPOCH, text, partial, rest, 1);
  }

  private static Line line(String text) {
    return line("out", text, false, false);
  }

  @Test
  void firstMatchingLineIsFound() {
    var pattern = new LineMatcher(Pattern.compile("listening on \\d+"));
    assertThat(pattern.find(List.of(line("begins"), line("listening on x")))).isEmpty();
    assertThat(pattern.find(List.of(line("now listening on 80!"), line("listening on 81"))))
        .contains("now listening on 80!");
  }

  @Test
  void piecesOfALineAreJoinedPerStream() {
    var pattern = new LineMatcher(Pattern.compile("^ready$"));
    assertThat(
            pattern.find(
                List.of(
                    line("out", "rea", true, false),
                    line("err", "dy", false, false),
                    line("err", "rea", false, false))))
        .isEmpty();
    assertThat(pattern.find(List.of(line("out", "dy", false, true)))).contains("ready");
    assertThat(pattern.find(List.of(line("dy")))).isEmpty();
  }

  @Test
  void patternThatBacktracksTooLongIsAbandoned() {
    var pattern = new LineMatcher(Pattern.compile("(a+)+b"));
    assertThat(pattern.find(List.of(line("a".repeat(16_000)), line("aab")))).contains("aab");
  }

  @Test
  void onlyTheBeginningOfALongLineIsSearched() {
    var pattern = new LineMatcher(Pattern.compile("end"));
    assertThat(pattern.find(List.of(line("x".repeat(LineMatcher.MOST_LINE) + "end")))).isEmpty();
    for (int i = 0; i < 100; i++) {
      assertThat(pattern.find(List.of(line("out", "x".repeat(1000), true, i > 0)))).isEmpty();
    }
  }
}
