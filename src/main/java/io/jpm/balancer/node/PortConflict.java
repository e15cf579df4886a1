package io.jpm.balancer.node;

import io.jpm.model.RunAs;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ListenSockets.Wish;
import io.jpm.os.Listener;
import io.jpm.os.Listening;
import io.jpm.os.ProcessHost;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/// Finds another process that listens where an app will listen. Methods may block.
///
/// @param host provides the processes and the sockets
record PortConflict(ProcessHost host) {
  private static final String TRIAL = SocketNames.PREFIX + "trial ";

  /// Returns why no worker could listen on a port, whatever address it requests, with the pid of
  /// the process that has it; empty if no other process listens there on every address.
  ///
  /// @param processes Node workers that may have the port
  Optional<String> at(int port, List<ProcessIdentity> processes) {
    Optional<InetSocketAddress> taken =
        host.listeners().stream()
            .map(Listener::address)
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
            .flatMap(process -> host.listening(process).stream())
            .map(Listening::address)
            .anyMatch(at -> at.getPort() == port);
  }

  /// Returns the error message of a trial bind; empty if it succeeds.
  private static Optional<String> refusal(ListenSockets sockets, InetSocketAddress at) {
    boolean ipv6 = at.getAddress() instanceof Inet6Address;
    var wish = new Wish(Kind.TCP, Optional.of(at), ipv6, false, 0, RunAs.DAEMON);
    try {
      // If the port is free by now, it is released before a client can connect.
      sockets.open(TRIAL + at.getPort(), wish).close();
      return Optional.empty();
    } catch (ListenFailure failure) {
      return Optional.of(String.valueOf(failure.getMessage()));
    }
  }
}
