package io.jpm.model;

/// An address that a server listens on.
///
/// @param host a literal IPv4 or IPv6 address without brackets; empty for all IPv4 addresses of the
///   machine, and all IPv6 addresses if it has any
/// @param port the port, 1 to 65535
public record ListenAddress(String host, int port) {
  public ListenAddress {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port must be between 1 and 65535, not " + port);
    }
  }

  /// Returns the wildcard address with this port, which represents all addresses of the machine.
  public static ListenAddress any(int port) {
    return new ListenAddress("", port);
  }

  /// Returns the usual spelling: `8000`, `127.0.0.1:8000`, `[::1]:8000`.
  @Override
  public String toString() {
    if (host.isEmpty()) {
      return Integer.toString(port);
    }
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
