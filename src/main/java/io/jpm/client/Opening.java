package io.jpm.client;

import io.jpm.client.Connection.Wire;
import io.jpm.client.JpmException.Code;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// Makes a [Connection] through a [Door].
final class Opening {
  private Opening() {}

  /// @throws JpmException `UNREACHABLE`, and then nothing was asked for
  static Connection open(Door door, Patience patience) {
    try {
      return switch (door) {
        case Door.Home(Path home) -> home(home, patience);
        case Door.HomePort(Path home) -> homePort(new DaemonHome(home), patience);
        case Door.UnixSocket(Path file) -> Connection.over(unix(file), Optional.empty(), patience);
        case Door.Tcp(String host, int port, String token) ->
            Connection.over(
                plain(new InetSocketAddress(host, port), patience), Optional.of(token), patience);
        case Door.Tls tls ->
            Connection.over(tls(tls, patience), Optional.of(tls.token()), patience);
      };
    } catch (IOException e) {
      throw new JpmException(Code.UNREACHABLE, "no daemon at %s: %s".formatted(door, e), e);
    }
  }

  private static Connection home(Path home, Patience patience) throws IOException {
    Path file = home.resolve("bridge.sock");
    if (Files.exists(file)) {
      try {
        return Connection.over(unix(file), Optional.empty(), patience);
      } catch (IOException _) {
        // Left by a daemon that was killed, or too long a path: the port tells.
      }
    }
    return homePort(new DaemonHome(home), patience);
  }

  private static Connection homePort(DaemonHome home, Patience patience) throws IOException {
    OptionalInt port = home.port();
    if (port.isEmpty()) {
      throw new JpmException(
          Code.UNREACHABLE,
          "no daemon of the home %s runs; jpm ping starts one".formatted(home.directory()));
    }
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    return Connection.over(
        plain(new InetSocketAddress(loopback, port.getAsInt()), patience),
        Optional.of(home.token()),
        patience);
  }

  private static Wire unix(Path file) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(file));
      return new Wire(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  private static Wire plain(InetSocketAddress address, Patience patience) throws IOException {
    Socket socket = connected(address, patience.connect());
    return new Wire(socket.getInputStream(), socket.getOutputStream(), socket);
  }

  /// The socket beneath is what ends it: to end TLS politely may take as long as a write.
  private static Wire tls(Door.Tls door, Patience patience) throws IOException {
    Socket socket = connected(new InetSocketAddress(door.host(), door.port()), patience.connect());
    try {
      socket.setSoTimeout(millis(patience.connect()));
      var tls =
          (SSLSocket)
              door.context()
                  .getSocketFactory()
                  .createSocket(socket, door.host(), door.port(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      socket.setSoTimeout(0);
      return new Wire(tls.getInputStream(), tls.getOutputStream(), socket);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static Socket connected(InetSocketAddress address, Duration limit) throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, millis(limit));
      return socket;
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static int millis(Duration duration) {
    return Math.clamp(duration.toMillis(), 1, Integer.MAX_VALUE);
  }
}
