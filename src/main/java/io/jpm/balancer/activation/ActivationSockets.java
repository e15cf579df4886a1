package io.jpm.balancer.activation;

import io.jpm.model.ListenAddress;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ListenSockets.Wish;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Opens the sockets of `listen`.
final class ActivationSockets {
  private ActivationSockets() {}

  /// Opens one with the daemon's rights, whoever the app runs as: its port is declared.
  static ListenSocket open(ListenSockets sockets, String key, ListenAddress address)
      throws ListenFailure {
    // Without IPv6 the system's "everywhere" is everywhere in IPv4.
    String host = address.host().isEmpty() ? "::" : address.host();
    return sockets.open(key, wish(host, address.port()));
  }

  /// Whether a socket that is bound `there` was opened for `address`.
  static boolean isAt(ListenAddress address, InetSocketAddress there) {
    return address.port() == there.getPort()
        && (address.host().isEmpty()
            ? there.getAddress().isAnyLocalAddress()
            : InetAddress.ofLiteral(address.host()).equals(there.getAddress()));
  }

  private static Wish wish(String host, int port) {
    InetAddress address = InetAddress.ofLiteral(host);
    return new Wish(
        Kind.TCP,
        Optional.of(new InetSocketAddress(address, port)),
        address instanceof Inet6Address,
        false,
        0,
        RunAs.DAEMON);
  }

  /// Reads back what is kept with a process: addresses with spaces between.
  static List<ListenAddress> addresses(String memo) {
    return Arrays.stream(memo.split(" "))
        .filter(text -> !text.isEmpty())
        .map(ActivationSockets::address)
        .toList();
  }

  private static ListenAddress address(String text) {
    int colon = text.lastIndexOf(':');
    int port = Integer.parseInt(text.substring(colon + 1));
    String host = colon < 0 ? "" : text.substring(0, colon);
    return new ListenAddress(
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port);
  }
}
