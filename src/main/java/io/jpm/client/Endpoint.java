package io.jpm.client;

import java.nio.file.Path;
import java.util.Objects;
import javax.net.ssl.SSLContext;

/// Where a daemon is to be had, and what lets a client in. What the daemon changes when it starts
/// anew (the port and the token of a home) is looked up at every connection.
public sealed interface Endpoint {
  /// The home of `$JPM_HOME`, or `~/.jpm`.
  static Endpoint home() {
    String set = System.getenv("JPM_HOME");
    return set == null || set.isEmpty()
        ? home(Path.of(System.getProperty("user.home"), ".jpm"))
        : home(Path.of(set));
  }

  /// A home on this machine.
  static Endpoint home(Path directory) {
    return new Home(directory);
  }

  /// A daemon on this machine, by its home: through its unix socket, or where there is none
  /// (systems without, very long paths) through its TCP port.
  ///
  /// @param directory the value of `JPM_HOME`
  record Home(Path directory) implements Endpoint {}

  /// A daemon on this machine, by its home, through its TCP port and with its token.
  ///
  /// @param directory the value of `JPM_HOME`
  record HomePort(Path directory) implements Endpoint {}

  /// A daemon on this machine, by its unix socket, whose directory says who may use it.
  ///
  /// @param file `bridge.sock` in a home
  record UnixSocket(Path file) implements Endpoint {}

  /// A daemon at a port, without encryption: of this machine.
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

  /// A daemon anywhere, by TLS. Its certificate must be for this host.
  ///
  /// @param host a name or an address
  /// @param port `bridge.remote.port`, 1 to 65535
  /// @param token one of `jpm token create`
  /// @param context whom to trust, and who we are: [Certificates] makes one of PEM files
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
