package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BridgeFilesTest {
  @TempDir Path home;

  @Test
  void filesAreReadableOnlyByTheOwnerAndRemovedWithTheBridge() throws IOException {
    try (var bridge = BridgeHarness.settings(home).notStarted()) {
      String deployment = bridge.deploy();
      assertThat(mode(bridge.settings.socket())).isEqualTo("rw-------");
      assertThat(mode(bridge.settings.portFile())).isEqualTo("rw-------");
      assertThat(Files.readString(bridge.settings.portFile())).matches("[1-9][0-9]{1,4}\n");
      Peer.tcp(bridge.port()).close();
      try (var peer = bridge.authenticated()) {
        BridgeHarness.await(bridge.vertx.undeploy(deployment));
        assertThat(peer.readToTheEnd()).isZero();
      }
      assertThat(home).isEmptyDirectory();
    }
  }

  @Test
  void aSocketLeftBehindIsReplaced() throws IOException {
    Path stale = home.resolve("bridge.sock");
    try (var left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      peer.write(Peer.publish("out.events", "forged"));
      assertThat(peer.read().getString("message")).isEqualTo("access_denied");
    }
  }

  @Test
  void regularFileAtTheSocketPathIsKept() throws IOException {
    Path file = Files.writeString(home.resolve("bridge.sock"), "precious");
    try (var bridge = BridgeHarness.settings(home).notStarted()) {
      assertThatThrownBy(bridge::deploy)
          .hasMessageContaining("cannot listen on " + file)
          .hasMessageContaining("not a socket");
    }
    assertThat(file).hasContent("precious");
  }

  @Test
  void portInUseIsReportedAndLeavesNothingOpen() throws IOException {
    try (var occupant = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var bridge = BridgeHarness.settings(home).port(occupant.getLocalPort()).notStarted()) {
      assertThatThrownBy(bridge::deploy)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + occupant.getLocalPort())
          .hasMessageContaining("free that port or set another");
      assertThat(home).isEmptyDirectory();
    }
  }

  @Test
  void secondBridgeOnTheSamePortDoesNotAffectTheFirst(@TempDir Path otherHome) throws IOException {
    try (var first = BridgeHarness.start(home);
        var second = BridgeHarness.settings(otherHome).port(first.port()).notStarted()) {
      assertThatThrownBy(second::deploy).hasMessageContaining("free that port or set another");
      try (var peer = first.authenticated()) {
        peer.write(Peer.publish("out.events", "forged"));
        assertThat(peer.read().getString("message")).isEqualTo("access_denied");
      }
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
