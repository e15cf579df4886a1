package io.jpm.balancer.jvm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// Where a process alone answers for one of its servers, past the socket that it shares.
///
/// @param shared where the server is bound
/// @param own where the process itself is reached, on the loopback address
public record OwnSocket(InetSocketAddress shared, InetSocketAddress own) {
  /// Whether who wants to connect to one of `addresses` is answered by this server.
  public boolean standsFor(List<InetAddress> addresses, int port) {
    return shared.getPort() == port
        && (shared.getAddress().isAnyLocalAddress() || addresses.contains(shared.getAddress()));
  }
}
