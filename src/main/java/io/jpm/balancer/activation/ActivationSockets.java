package io.jpm.balancer.activation;

import io.jpm.model.ListenAddress;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Opens the sockets that `listen` declares.
final class ActivationSockets {
  private ActivationSockets() {}

  /// Opens a socket with the daemon's credentials, regardless of the user that the app runs as,
  /// because the address was declared explicitly.
  static ListenSocket open(ListenSocketRegistry sockets, String key, ListenAddress address)
      throws ListenException {
    // On a machine without IPv6, the store falls back to all IPv4 addresses.
    String host = address.host().isEmpty() ? "::" : address.host();
    return sockets.open(key, wish(host, address.port()));
  }

  /// Reports whether a socket that is bound at `there` was opened for `address`.
  static boolean isAt(ListenAddress address, InetSocketAddress there) {
    return address.port() == there.getPort()
        && (address.host().isEmpty()
            ? there.getAddress().isAnyLocalAddress()
            : InetAddress.ofLiteral(address.host()).equals(there.getAddress()));
  }

  private static ListenRequest wish(String host, int port) {
    InetAddress address = InetAddress.ofLiteral(host);
    return new ListenRequest(
        Protocol.TCP,
        Optional.of(new InetSocketAddress(address, port)),
        address instanceof Inet6Address,
        false,
        0,
        RunAs.DAEMON);
  }

  /// Parses the addresses in the balancer state of a process, which are separated by spaces.
  static List<ListenAddress> addresses(String balancerState) {
    return Arrays.stream(balancerState.split(" "))
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
