package io.jpm.client;

import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/// The address of a daemon and the credentials with which to connect to it. The port and the token
/// of a home change when its daemon restarts, so they are read again for each connection.
public sealed interface Endpoint {
  /// Returns the endpoint for the home `$JPM_HOME`, or `~/.jpm` if that is not set.
  static Endpoint home() {
    String set = System.getenv("JPM_HOME");
    return set == null || set.isEmpty()
        ? home(Path.of(System.getProperty("user.home"), ".jpm"))
        : home(Path.of(set));
  }

  /// Returns the endpoint for a home on this machine.
  static Endpoint home(Path directory) {
    return new Home(directory);
  }

  /// A daemon on this machine, located through its home. The client connects to its unix socket or,
  /// if that is not available (no unix sockets on this system, path too long), to its TCP port.
  ///
  /// @param directory the value of `JPM_HOME`
  record Home(Path directory) implements Endpoint {}

  /// A daemon on this machine, located through its home. The client connects to its TCP port with
  /// its token.
  ///
  /// @param directory the value of `JPM_HOME`
  record HomePort(Path directory) implements Endpoint {}

  /// A daemon on this machine, addressed by its unix socket. The permissions of the directory that
  /// contains the socket determine which users can connect.
  ///
  /// @param file the path of `bridge.sock` in a home
  record UnixSocket(Path file) implements Endpoint {}

  /// A daemon on this machine, addressed by its TCP port, without encryption.
  ///
  /// @param host a host name or an address
  /// @param port the port, 1 to 65535
  /// @param token the owner's token, or a token created by `jpm token create`
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

  /// A daemon on any machine, addressed by its TLS port. Its certificate must be valid for `host`.
  ///
  /// @param host a host name or an address
  /// @param port the value of `bridge.remote.port`, 1 to 65535
  /// @param token a token created by `jpm token create`
  /// @param context the trusted CAs and the client certificate; can be created from PEM files with
  ///   [Certificates]
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
      throw new IllegalArgumentException("port " + port + " is out of range: must be 1 to 65535");
    }
  }
}
