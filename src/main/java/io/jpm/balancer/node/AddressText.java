package io.jpm.balancer.node;

import java.net.Inet6Address;
import java.net.InetAddress;

/// Formats addresses of listening sockets as text.
final class AddressText {
  private AddressText() {}

  /// Returns the path of a unix socket as `ss(8)` shows it: `@name` for an abstract socket.
  static String of(String path) {
    return path.startsWith("\0") ? "@" + path.substring(1) : path;
  }

  /// Returns an address as Node writes it: with `::` instead of groups of zeros.
  static String literal(InetAddress host) {
    String text = host.getHostAddress();
    if (!(host instanceof Inet6Address)) {
      return text;
    }
    return text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }

  /// Returns `host:port`, with an IPv6 address in brackets.
  static String of(String host, int port) {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
