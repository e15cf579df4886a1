package io.jpm.balancer.node;

import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.ProcessHost;
import io.jpm.os.TcpListener;
import io.jpm.os.TreeListener;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// Detects that another process already listens on the port of an app. Methods may block.
///
/// @param host provides the processes and the sockets
record PortConflict(ProcessHost host) {
  private static final String TRIAL = SocketKeys.PREFIX + "trial ";

  /// Returns the reason why no worker can listen on `port`, whatever address the worker requests.
  /// The text contains the pid of the process that occupies the port. Returns empty if no other
  /// process listens on all addresses of the port.
  ///
  /// @param processes the Node workers that may occupy the port
  Optional<String> at(int port, List<ProcessIdentity> processes) {
    Optional<InetSocketAddress> taken =
        host.listeners().stream()
            .map(TcpListener::address)
            .filter(at -> at.getPort() == port && at.getAddress().isAnyLocalAddress())
            .findFirst();
    return taken.isPresent() && host.listenSockets().isPresent() && !isOurs(port, processes)
        ? refusal(host.listenSockets().get(), taken.get())
        : Optional.empty();
  }

  private boolean isOurs(int port, List<ProcessIdentity> processes) {
    return host.listenSockets().stream()
            .flatMap(sockets -> sockets.all().stream())
            .flatMap(socket -> socket.address().stream())
            .anyMatch(at -> at.getPort() == port)
        || processes.stream()
            .flatMap(process -> host.listenersOf(process).stream())
            .map(TreeListener::address)
            .anyMatch(at -> at.getPort() == port);
  }

  /// Returns the error message of a trial bind; empty if the bind succeeds.
  private static Optional<String> refusal(ListenSocketRegistry sockets, InetSocketAddress at) {
    boolean ipv6 = at.getAddress() instanceof Inet6Address;
    var listenRequest =
        new ListenRequest(Protocol.TCP, Optional.of(at), ipv6, false, 0, RunAs.DAEMON);
    try {
      // If the port has become free, the socket is closed before a client can connect.
      sockets.open(TRIAL + at.getPort(), listenRequest).close();
      return Optional.empty();
    } catch (ListenException failure) {
      return Optional.of(String.valueOf(failure.getMessage()));
    }
  }
}
