package io.jpm.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.text.EnvFileText.Mistake;
import io.jpm.model.text.EnvFileText.Outcome;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EnvFileTextTest {
  private static final String GOOD =
      """
      # a comment
      A=1
        export B = two words   # behind it
      C='as it ${A} is\\n'
      D="line one
      line two \\n\\t\\"\\\\\\$ \\${A} ${A} ${E:-e}"
      URL=postgres://${HOST}/db#frag
      EMPTY=
      NOTHING= # nothing
      F="x" # behind it
      KEY='-----BEGIN
      AAAA==
      -----END'
      A=2
      G=${A}
      """;

  private static Outcome read(String text) {
    return EnvFileText.parse(text, name -> Optional.ofNullable(Map.of("HOST", "db1").get(name)));
  }

  @Test
  void linesAreParsedAsByDotenv() {
    for (String text : new String[] {GOOD, "\ufeff" + GOOD.replace("\n", "\r\n"), GOOD.strip()}) {
      Outcome outcome = read(text);
      assertThat(outcome.mistakes()).isEmpty();
      assertThat(outcome.variables())
          .containsExactlyInAnyOrderEntriesOf(
              Map.ofEntries(
                  Map.entry("A", "2"),
                  Map.entry("B", "two words"),
                  Map.entry("C", "as it ${A} is\\n"),
                  Map.entry("D", "line one\nline two \n\t\"\\$ ${A} 1 e"),
                  Map.entry("URL", "postgres://db1/db#frag"),
                  Map.entry("EMPTY", ""),
                  Map.entry("NOTHING", ""),
                  Map.entry("F", "x"),
                  Map.entry("KEY", "-----BEGIN\nAAAA==\n-----END"),
                  Map.entry("G", "2")));
    }
  }

  @Test
  void mistakesAreReportedWithTheirLineNumbers() {
    assertThat(read("A='x\ny'\nno\n9=x\nB='x' y\nC=1\nD=\"x\nE=1").mistakes())
        .containsExactly(
            new Mistake(3, "is not a variable: it contains no ="),
            new Mistake(4, "has no valid name before the =: use letters, digits and _"),
            new Mistake(5, "has text after the closing quote"),
            new Mistake(7, "opens a quote that is not closed"));
  }

  @Test
  void anyTextIsParsed() {
    long seed = Long.getLong("jpm.seed", 20_261_121);
    SplittableRandom random = new SplittableRandom(seed);
    String alphabet = "=\"'\\$}{:-#\n\r \tAn_\0\ufeff";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder text = new StringBuilder(GOOD);
      for (int edits = random.nextInt(1, 12); edits > 0 && text.length() > 1; edits--) {
        int at = random.nextInt(text.length());
        char letter = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.deleteCharAt(at);
          case 1 -> text.insert(at, letter);
          default -> text.setLength(Math.max(1, at));
        }
      }
      Outcome outcome = read(text.toString());
      long lines = text.chars().filter(c -> c == '\n').count() + 1;
      assertThat(outcome.mistakes())
          .as("-Djpm.seed=%d %s", seed, text)
          .allMatch(mistake -> mistake.line() >= 1 && mistake.line() <= lines);
      assertThat(outcome.variables().keySet()).allMatch(name -> name.indexOf('=') < 0);
    }
  }

  /// The user of an app may write such a file, which the daemon reads.
  @Test
  void memoryForAFileIsBounded() {
    String grown =
        "A=" + "x".repeat(130_000) + "\n" + "B0=${A}\n".repeat(10) + repeated("B%d=${A}\n", 70_000);
    assertThat(read(grown).mistakes())
        .singleElement()
        .extracting(Mistake::message)
        .isEqualTo("exceeds the limit of 2097152 characters for all variables together");
    assertThat(read(repeated("B%d=\n", 70_000)).mistakes())
        .containsExactly(new Mistake(10_001, "exceeds the limit of 10000 variables per file"));
    assertThat(read("x\n".repeat(500_000)).mistakes()).hasSize(100);
  }

  private static String repeated(String form, int times) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < times; i++) {
      text.append(form.formatted(i));
    }
    return text.toString();
  }

  @Test
  void deeplyNestedBracesAreParsedQuickly() {
    String tower = "${A:-".repeat(200_000);
    assertThat(read("A=" + tower).mistakes()).hasSize(1);
    assertThat(Expansion.expand("${A:-".repeat(50) + "}".repeat(50), _ -> Optional.empty()))
        .hasValueSatisfying(text -> assertThat(text).contains("${A:-"));
  }
}
