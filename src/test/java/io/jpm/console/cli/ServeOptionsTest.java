package io.jpm.console.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.wire.ConsoleRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServeOptionsTest {
  private static ServeOptions optionsOf(Map<String, String> environment, String... words) {
    List<String> argv = Stream.concat(Stream.of("serve"), Stream.of(words)).toList();
    ParsedCommand.Run asked = (ParsedCommand.Run) ArgumentReader.parse(argv);
    return ServeOptions.of(
        asked.arguments(),
        new ConsoleRequest(argv, "/home/me", environment, ConsoleRequest.Tty.NONE));
  }

  @Test
  void argumentsOverrideVariablesOfTheCaller() {
    Map<String, String> known =
        Map.of("PM2_SERVE_PATH", "a", "PM2_SERVE_PORT", "81", "PM2_SERVE_HOST", "::1");
    assertThat(optionsOf(known))
        .isEqualTo(
            new ServeOptions(Path.of("/home/me/a"), "::1", 81, Optional.empty(), Optional.empty()));
    assertThat(optionsOf(known, "b", "82", "--host", "127.0.0.1"))
        .isEqualTo(
            new ServeOptions(
                Path.of("/home/me/b"), "127.0.0.1", 82, Optional.empty(), Optional.empty()));
    assertThat(optionsOf(Map.of()))
        .isEqualTo(
            new ServeOptions(
                Path.of("/home/me"), "0.0.0.0", 8080, Optional.empty(), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65536", "http", "-1", "80.0"})
  void invalidPortIsReported(String port) {
    assertThatThrownBy(() -> optionsOf(Map.of("PM2_SERVE_PORT", port)))
        .hasMessage("\"" + port + "\" is not a port: use a number from 1 to 65535");
  }

  @Test
  void incompleteAuthenticationIsRejected() {
    Map<String, String> asked = Map.of("PM2_SERVE_BASIC_AUTH", "true");
    for (List<String> words : List.of(List.<String>of(), List.of("--basic-auth-password", "x"))) {
      assertThatThrownBy(() -> optionsOf(asked, words.toArray(String[]::new)))
          .hasMessage(
              "basic authentication is incomplete: specify both --basic-auth-username and --basic-auth-password");
    }
    assertThatThrownBy(
            () -> optionsOf(asked, "--basic-auth-username", "a:b", "--basic-auth-password", "x"))
        .hasMessage("--basic-auth-username cannot contain a colon: choose another user name");
  }

  @Test
  void disabledAuthenticationVariablesAreIgnored() {
    Map<String, String> off =
        Map.of(
            "PM2_SERVE_BASIC_AUTH",
            "false",
            "PM2_SERVE_BASIC_AUTH_USERNAME",
            "bob",
            "PM2_SERVE_BASIC_AUTH_PASSWORD",
            "x");
    assertThat(optionsOf(off).user()).isEmpty();
    assertThat(optionsOf(off).password()).isEmpty();
  }
}
