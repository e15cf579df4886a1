package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BridgeSettingsTest {
  private static final List<String> ONE = List.of("a");

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1", "localhost"})
  void loopbackHostIsAccepted(String host) {
    assertThat(with("/s", host, BridgeHarness.TOKEN, ONE, List.of()).host()).isEqualTo(host);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"0.0.0.0", "::", "192.168.0.1", "example.org", "", "127.0.0.1.example.org"})
  void anyOtherHostIsRefused(String host) {
    assertThatThrownBy(() -> with("/s", host, BridgeHarness.TOKEN, ONE, List.of()))
        .hasMessageContaining("host: \"" + host + "\" is not a loopback address: use 127.0.0.1");
  }

  @Test
  void aPathTooLongForTheKernelIsRefused() {
    String longest = "/" + "x".repeat(106);
    assertThat(with(longest, "::1", BridgeHarness.TOKEN, ONE, List.of()).socket().toString())
        .isEqualTo(longest);
    assertThatThrownBy(() -> with(longest + "x", "::1", BridgeHarness.TOKEN, ONE, List.of()))
        .hasMessageContaining("has 108 bytes")
        .hasMessageContaining("shorter path");
  }

  @Test
  void anAllowListThatAllowsNothingOrEverythingIsRefused() {
    assertThatThrownBy(() -> with("/s", "::1", BridgeHarness.TOKEN, List.of(), List.of()))
        .hasMessageContaining("inbound: name at least one");
    assertThatThrownBy(() -> with("/s", "::1", BridgeHarness.TOKEN, List.of(" "), List.of()))
        .hasMessageContaining("inbound: an empty address");
    assertThatThrownBy(() -> with("/s", "::1", BridgeHarness.TOKEN, ONE, List.of(".*")))
        .hasMessageContaining("inbound: \".*\" matches any address");
    assertThatThrownBy(() -> with("/s", "::1", BridgeHarness.TOKEN, ONE, List.of("(")))
        .hasMessageContaining("inbound: \"(\" is not a valid regular expression");
  }

  @Test
  void theTokenIsCheckedAndNeverShown() {
    assertThatThrownBy(() -> with("/s", "::1", "secret", ONE, List.of()))
        .hasMessageContaining("64 hexadecimal digits")
        .hasMessageNotContaining("secret");
    assertThat(with("/s", "::1", BridgeHarness.TOKEN, ONE, List.of()).toString())
        .doesNotContain(BridgeHarness.TOKEN);
  }

  private static BridgeSettings with(
      String socket, String host, String token, List<String> inbound, List<String> regexes) {
    return new BridgeSettings(
        Path.of(socket),
        Path.of("/port"),
        host,
        0,
        token,
        BridgeSettings.DEFAULT_AUTH_TIMEOUT,
        BridgeSettings.DEFAULT_MAX_FRAME_BYTES,
        BridgeSettings.DEFAULT_SLOW_PEER_TIMEOUT,
        BridgeSettings.DEFAULT_MAX_CONNECTIONS,
        BridgeSettings.DEFAULT_MAX_UNAUTHENTICATED,
        BridgeSettings.Limits.DEFAULT,
        Optional.empty(),
        inbound,
        regexes,
        List.of("b"),
        List.of());
  }
}
