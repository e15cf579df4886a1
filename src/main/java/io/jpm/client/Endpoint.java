package io.jpm.client;

import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/// The address of a daemon and the credentials to connect to it. The port and the token of a home
/// change when its daemon restarts, so they are read again for every connection.
public sealed interface Endpoint {
  /// Returns the home of `$JPM_HOME`, or `~/.jpm`.
  static Endpoint home() {
    String set = System.getenv("JPM_HOME");
    return set == null || set.isEmpty()
        ? home(Path.of(System.getProperty("user.home"), ".jpm"))
        : home(Path.of(set));
  }

  /// Returns a home on this machine.
  static Endpoint home(Path directory) {
    return new Home(directory);
  }

  /// A daemon on this machine, found by its home. Uses its unix socket or, if that is not available
  /// (system without unix sockets, very long path), its TCP port.
  ///
  /// @param directory the value of `JPM_HOME`
  record Home(Path directory) implements Endpoint {}

  /// A daemon on this machine, found by its home. Uses its TCP port and its token.
  ///
  /// @param directory the value of `JPM_HOME`
  record HomePort(Path directory) implements Endpoint {}

  /// A daemon on this machine, by its unix socket. The permissions of the socket's directory decide
  /// which users may connect.
  ///
  /// @param file `bridge.sock` in a home
  record UnixSocket(Path file) implements Endpoint {}

  /// A daemon on this machine, by its TCP port, without encryption.
  ///
  /// @param host a name or an address
  /// @param port 1 to 65535
  /// @param token the owner's, or one of `jpm token create`
  record Tcp(String host, int port, String token) implements Endpoint {
    public Tcp {
      checkPort(port);
      Objects.requireNonNull(token);
    }

    @Override
    public String toString() {
      return "Tcp[" + host + ":" + port + "]";
    }
  }

  /// A daemon on any machine, by TLS. Its certificate must be valid for this host.
  ///
  /// @param host a name or an address
  /// @param port `bridge.remote.port`, 1 to 65535
  /// @param token one of `jpm token create`
  /// @param context the trusted CAs and the client certificate; [Certificates] creates it from PEM
  ///   files
  record Tls(String host, int port, String token, SSLContext context) implements Endpoint {
    public Tls {
      checkPort(port);
      Objects.requireNonNull(token);
    }

    @Override
    public String toString() {
      return "Tls[" + host + ":" + port + "]";
    }
  }

  private static void checkPort(int port) {
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + ": 1 to 65535 expected");
    }
  }
}
