package io.jpm.os.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// Loopback addresses on which tests listen and to which they connect.
public final class Loopback {
  static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
  static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

  private Loopback() {}

  /// Returns an address to listen on: on a free port for 0.
  public static InetSocketAddress at(int port) {
    return new InetSocketAddress(IPV4, port);
  }

  public static Socket connect(int port) throws IOException {
    return new Socket(IPV4, port);
  }
}
