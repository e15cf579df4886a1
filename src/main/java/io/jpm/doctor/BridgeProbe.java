package io.jpm.doctor;

import io.jpm.doctor.SystemReport.Bridge;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Checks that the daemon's TCP port and unix socket answer a ping, by connecting to them as a
/// client. Blocking.
///
/// @param home the daemon's directory
/// @param timeout how long to wait for an answer
record BridgeProbe(Path home, Duration timeout) {
  private static final String PING = "{\"type\":\"ping\"}";

  Bridge facts() {
    Optional<Integer> port = port();
    Optional<String> tcp =
        port.isEmpty()
            ? Optional.of("the port is unknown")
            : failureReason(new InetSocketAddress(loopback(), port.get()), true);
    return new Bridge(
        port, tcp, failureReason(UnixDomainSocketAddress.of(home.resolve("bridge.sock")), false));
  }

  private static InetAddress loopback() {
    return InetAddress.ofLiteral("127.0.0.1");
  }

  private Optional<Integer> port() {
    try {
      int port = Integer.parseInt(Files.readString(home.resolve("bridge.port")).strip());
      return port > 0 && port <= 65_535 ? Optional.of(port) : Optional.empty();
    } catch (IOException | NumberFormatException none) {
      return Optional.empty();
    }
  }

  /// Returns the reason why `address` does not answer; empty if it answers.
  private Optional<String> failureReason(SocketAddress address, boolean authenticated) {
    try (SocketChannel channel = SocketChannel.open(address)) {
      if (authenticated) {
        String token = Files.readString(home.resolve("token")).strip();
        write(channel, "{\"type\":\"auth\",\"token\":\"" + token + "\"}");
      }
      write(channel, PING);
      return read(channel).contains("pong")
          ? Optional.empty()
          : Optional.of("unexpected reply to a ping");
    } catch (IOException error) {
      String words = error.getMessage();
      return Optional.of(words == null ? error.getClass().getSimpleName() : words);
    }
  }

  private static void write(SocketChannel channel, String json) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).flip();
    while (frame.hasRemaining()) {
      channel.write(frame);
    }
  }

  private String read(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    ByteBuffer answer = ByteBuffer.allocate(256);
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_READ);
      while (answer.position() < 4 || answer.position() < 4 + answer.getInt(0)) {
        if (selector.select(timeout.toMillis()) == 0) {
          throw new IOException("no answer within " + timeout.toMillis() + " ms");
        }
        selector.selectedKeys().clear();
        if (!answer.hasRemaining() || channel.read(answer) < 0) {
          throw new EOFException("the daemon closed the connection");
        }
      }
    }
    return new String(answer.array(), 4, answer.position() - 4, StandardCharsets.UTF_8);
  }
}
