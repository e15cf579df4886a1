package io.jpm.console.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.console.cli.CommandFailure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreKeyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          plain            | plain
          web:A            | web,A
          web.A            | web,A
          web:a.b          | web,a,b
          my-app:my-key    | my-app,my-key
          "api.v1":A       | api.v1,A
          'a:b'.c          | a:b,c
          a"."b:c          | a.b,c
          """)
  void namesAreSplitAtColonsAndDots(String key, String names) {
    List<String> path = StoreKey.path(key);
    assertThat(String.join(",", path)).isEqualTo(names);
    assertThat(StoreKey.path(StoreKey.of(path))).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:",
        ":a",
        "a::b",
        "__proto__:x",
        "a:constructor",
        "a.prototype",
        "a:B=1",
        "\"a:b",
        "all",
        "all:x",
        "a:b:c:d:e:f:g:h:i"
      })
  void invalidKeyIsRejectedWithAMessage(String key) {
    assertThatThrownBy(() -> StoreKey.path(key))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("key \"" + key.substring(0, Math.min(key.length(), 40)));
  }

  @Test
  void quoteInANameIsEnclosedInTheOtherQuote() {
    assertThat(StoreKey.path(StoreKey.of(List.of("it's", "A")))).containsExactly("it's", "A");
  }
}
