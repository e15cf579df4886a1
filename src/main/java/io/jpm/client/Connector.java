package io.jpm.client;

import io.jpm.client.FrameConnection.SocketStreams;
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

/// Opens a [FrameConnection] to an [Endpoint].
final class Connector {
  private Connector() {}

  /// Opens an authenticated connection.
  ///
  /// @throws JpmException `UNREACHABLE` if the connection cannot be opened; in that case, no
  ///   request has been sent
  static FrameConnection open(Endpoint endpoint, Timeouts timeouts) {
    try {
      return switch (endpoint) {
        case Endpoint.Home(Path home) -> home(home, timeouts);
        case Endpoint.HomePort(Path home) -> homePort(new DaemonHome(home), timeouts);
        case Endpoint.UnixSocket(Path file) ->
            FrameConnection.open(unix(file), Optional.empty(), timeouts);
        case Endpoint.Tcp(String host, int port, String token) ->
            FrameConnection.open(
                plain(new InetSocketAddress(host, port), timeouts), Optional.of(token), timeouts);
        case Endpoint.Tls tls ->
            FrameConnection.open(tls(tls, timeouts), Optional.of(tls.token()), timeouts);
      };
    } catch (HomeTrust.Untrusted e) {
      throw new JpmException(Code.UNREACHABLE, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new JpmException(
          Code.UNREACHABLE, "cannot connect to the daemon at %s: %s".formatted(endpoint, e), e);
    }
  }

  private static FrameConnection home(Path home, Timeouts timeouts) throws IOException {
    Path file = new DaemonHome(home).trustedSocket();
    if (Files.exists(file)) {
      try {
        return FrameConnection.open(unix(file), Optional.empty(), timeouts);
      } catch (IOException _) {
        // The daemon that created the socket was killed, or the path is too long: try the port.
      }
    }
    return homePort(new DaemonHome(home), timeouts);
  }

  private static FrameConnection homePort(DaemonHome home, Timeouts timeouts) throws IOException {
    OptionalInt port = home.port();
    if (port.isEmpty()) {
      throw new JpmException(
          Code.UNREACHABLE,
          "no daemon is running for the home %s: start one with jpm ping"
              .formatted(home.directory()));
    }
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    SocketStreams socketStreams = plain(new InetSocketAddress(loopback, port.getAsInt()), timeouts);
    if (!home.isListening(port.getAsInt())) {
      socketStreams.socket().close();
      throw new JpmException(
          Code.UNREACHABLE,
          "the daemon has exited, and a process of another user listens on the port in %s: start a new daemon with jpm ping"
              .formatted(home.portFile()));
    }
    return FrameConnection.open(socketStreams, Optional.of(home.token()), timeouts);
  }

  private static SocketStreams unix(Path file) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(file));
      return new SocketStreams(
          Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e instanceof IOException io ? io : new IOException(e);
    }
  }

  private static SocketStreams plain(InetSocketAddress address, Timeouts timeouts)
      throws IOException {
    Socket socket = connected(address, timeouts.connect());
    return new SocketStreams(socket.getInputStream(), socket.getOutputStream(), socket);
  }

  /// Opens a TLS connection. Closing the returned [SocketStreams] closes the TCP socket directly,
  /// because an orderly TLS shutdown can block like a write.
  private static SocketStreams tls(Endpoint.Tls endpoint, Timeouts timeouts) throws IOException {
    Socket socket =
        connected(new InetSocketAddress(endpoint.host(), endpoint.port()), timeouts.connect());
    try {
      socket.setSoTimeout(millis(timeouts.connect()));
      var tls =
          (SSLSocket)
              endpoint
                  .context()
                  .getSocketFactory()
                  .createSocket(socket, endpoint.host(), endpoint.port(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      socket.setSoTimeout(0);
      return new SocketStreams(tls.getInputStream(), tls.getOutputStream(), socket);
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
