package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void readsEveryKindOfValue() throws Exception {
    assertThat(Json.parse(" {\"a\" : [1, -2.5, 1e3, true, false, null, \"x\", {}, []] } "))
        .isEqualTo(
            Map.of(
                "a", Arrays.asList(1L, -2.5, 1000.0, true, false, null, "x", Map.of(), List.of())));
  }

  @Test
  void readsEscapes() throws Exception {
    assertThat(Json.parse("\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u0000\\u001B\\u20aC\""))
        .isEqualTo("\" \\ / \b\f\n\r\t \0\u001b€");
  }

  @Test
  void readsSurrogatesEscapedOrRaw() throws Exception {
    byte[] utf8 = "\"\\ud83d\\ude00 😀\"".getBytes(StandardCharsets.UTF_8);
    assertThat(Json.parse(utf8)).isEqualTo("😀 😀");
  }

  @Test
  void lastOfTwoEqualNamesWins() throws Exception {
    assertThat(Json.parse("{\"a\":1,\"a\":2}")).isEqualTo(Map.of("a", 2L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "}",
        "[1",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\n\"",
        "tru",
        "nul",
        "01",
        "1.",
        ".5",
        "-",
        "+1",
        "1e",
        "0x1",
        "NaN",
        "1 1",
        "\"a\"b",
        "\u00a01",
        "'a'"
      })
  void refusesTextThatIsNotJson(String text) {
    assertThatThrownBy(() -> Json.parse(text)).isInstanceOf(Json.MalformedJsonException.class);
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> Json.parse(new byte[] {'"', (byte) 0xff, '"'}))
        .isInstanceOf(Json.MalformedJsonException.class);
  }

  @Test
  void refusesTooDeepNesting() {
    assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
        .isInstanceOf(Json.MalformedJsonException.class)
        .hasMessageContaining("too deeply");
  }

  @Test
  void everyCharacterSurvivesTheRoundTripInAscii() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c <= Character.MAX_VALUE; c++) {
      all.append((char) c);
    }
    String json = Json.quote(all.toString());
    assertThat(json).matches("[ -~]*");
    assertThat(Json.parse(json)).isEqualTo(all.toString());
  }
}
