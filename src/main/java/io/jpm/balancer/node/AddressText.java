package io.jpm.balancer.node;

import java.net.Inet6Address;
import java.net.InetAddress;

/// Places to listen on, in words.
final class AddressText {
  private AddressText() {}

  /// As `ss(8)` has it: `@name` where there is no file.
  static String of(String path) {
    return path.startsWith("\0") ? "@" + path.substring(1) : path;
  }

  /// As Node writes it: `::`, not every group of zeros.
  static String literal(InetAddress host) {
    String text = host.getHostAddress();
    if (!(host instanceof Inet6Address)) {
      return text;
    }
    return text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
  }

  /// As people write it: `host:port`, an IPv6 address in brackets.
  static String of(String host, int port) {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
