package io.jpm.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBoundsTest {
  private static final JsonBounds SMALL = new JsonBounds(3, 5, 4);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[[[]]]",
        " [1,2,3,4] ",
        "{\"abcd\":{\"a\":{\"b\":\"c\"}}}",
        "{\"a\":1,\"a\":2,\"a\":3,\"a\":4}",
        "{\"\\u0061\\u0062\\u0063\\u0064\":null}",
        "{\"äöü€\":true}",
        "\"a string\"",
        "-1.5e3",
        "null",
      })
  void acceptsJsonWithinTheBounds(String json) {
    assertThat(SMALL.problem(utf8(json))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[[[[]]]]|is nested more than 3 levels deep",
        "{\"a\":{\"a\":{\"a\":{}}}}|is nested more than 3 levels deep",
        "[1,2,3,4,5]|has more than 5 values",
        "[[],[],[],[],[]]|has more than 5 values",
        "{\"a\":1,\"a\":2,\"a\":3,\"a\":4,\"a\":5}|has more than 5 values",
        "{\"abcde\":1}|has a name of more than 4 characters",
        "{\"a\":{\"\\u0061\\u0062\\u0063\\u0064\\u0065\":1}}|has a name of more than 4 characters",
        "{} {}|contains more than one JSON value",
        "1 2|contains more than one JSON value",
        "``|is empty",
        "`  `|is empty",
        "{\"a\":1|contains a JSON syntax error at character 6",
        "{\"a\":1]|contains a JSON syntax error at character 6",
        "nul|contains a JSON syntax error at character 3",
        "{'a':1}|contains a JSON syntax error at character 1",
      })
  void reportsTheProblem(String json, String problem) {
    assertThat(SMALL.problem(utf8(json))).hasValue(problem);
  }

  @Test
  void rejectsLargeJsonAtItsBeginning() {
    JsonBounds bounds = JsonBounds.ISSUED;
    assertThat(bounds.problem(utf8("[" + "[],".repeat(1_400_000) + "[]]")))
        .hasValue("has more than 25000 values");
    assertThat(bounds.problem(utf8("[".repeat(4 << 20))))
        .hasValue("is nested more than 64 levels deep");
    assertThat(bounds.problem(utf8("{\"a\":".repeat(1 << 20))))
        .hasValue("is nested more than 64 levels deep");
    assertThat(bounds.problem(utf8("{\"" + "n".repeat(4 << 20) + "\":1}")))
        .hasValue("has a name of more than 256 characters");
    assertThat(bounds.problem(utf8("{\"a\":" + "9".repeat(4 << 20) + "}")))
        .hasValue("has a number of more than 1000 digits");
    assertThat(bounds.problem(utf8("{\"a\":\"" + "s".repeat(4 << 20) + "\"}"))).isEmpty();
  }

  @Test
  void visitsEachTokenWithItsDepth() {
    List<String> seen = new ArrayList<>();
    var json = new ByteArrayInputStream(utf8("{\"a\":[1,{}],\"b\":\"c\"}"));
    assertThat(
            SMALL.problem(
                json,
                (parser, depth) -> {
                  seen.add(depth + " " + parser.currentToken());
                  return "c".equals(parser.getText()) ? "has a c" : null;
                }))
        .hasValue("has a c");
    assertThat(seen)
        .containsExactly(
            "0 START_OBJECT",
            "1 FIELD_NAME",
            "1 START_ARRAY",
            "2 VALUE_NUMBER_INT",
            "2 START_OBJECT",
            "1 FIELD_NAME",
            "1 VALUE_STRING");
  }

  @Test
  void readsUtf8Only() {
    assertThat(SMALL.problem("{}".getBytes(StandardCharsets.UTF_16LE)))
        .hasValueSatisfying(
            problem -> assertThat(problem).startsWith("contains a JSON syntax error"));
    assertThat(SMALL.problem("[1]".getBytes(StandardCharsets.UTF_16BE)))
        .hasValueSatisfying(
            problem -> assertThat(problem).startsWith("contains a JSON syntax error"));
  }

  @Test
  void refusesBoundsBelowOne() {
    assertThatThrownBy(() -> new JsonBounds(0, 1, 1)).hasMessageContaining("must be at least 1");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
