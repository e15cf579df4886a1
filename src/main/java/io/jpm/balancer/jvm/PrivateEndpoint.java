package io.jpm.balancer.jvm;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// A private address of one process, at which one of its servers answers in addition to the shared
/// socket.
///
/// @param shared the shared address of the server
/// @param endpoint the private address, on the loopback interface
public record PrivateEndpoint(InetSocketAddress shared, InetSocketAddress endpoint) {
  /// Reports whether this server answers a client that connects to `port` at one of `addresses`.
  public boolean serves(List<InetAddress> addresses, int port) {
    return shared.getPort() == port
        && (shared.getAddress().isAnyLocalAddress() || addresses.contains(shared.getAddress()));
  }
}
