package io.jpm.config.values;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  private static final List<String> WORDS = List.of("start", "stop", "status", "restart", "ls");

  @Test
  void typingErrorsAreCorrected() {
    assertThat(NearestName.to("strat", WORDS)).contains("start");
    assertThat(NearestName.to("sttop", WORDS)).contains("stop");
    assertThat(NearestName.to("sl", WORDS)).contains("ls");
    assertThat(NearestName.to("resart", WORDS)).contains("restart");
  }

  @Test
  void unrelatedWordsAreNotCorrected() {
    assertThat(NearestName.to("deploy", WORDS)).isEmpty();
    assertThat(NearestName.to("x", WORDS)).isEmpty();
  }
}
