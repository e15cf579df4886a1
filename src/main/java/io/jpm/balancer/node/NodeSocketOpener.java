package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.ListenTarget;
import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.ListenSocketRegistry.UnixListenRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// Opens the sockets that workers request, in the same way as Node itself. Methods may block.
final class NodeSocketOpener {
  /// `EAFNOSUPPORT`, the error for sockets that only the worker itself could open.
  private static final int NOT_SHARED = 97;

  private static final int NO_FOLDER = 2;
  private static final int BAD_DESCRIPTOR = 9;
  private static final int REFUSED = 13;

  /// The length of the accept queue that Node uses by default.
  private static final int BACKLOG = 511;

  private NodeSocketOpener() {}

  /// Returns the socket with this key, opening it if necessary.
  static ListenSocket open(ListenSocketRegistry sockets, String key, Query query, RunAs runAs)
      throws ListenException {
    Optional<ListenSocket> there = sockets.find(key);
    if (there.isPresent()) {
      if (there.get().isReachable()) {
        return there.get();
      }
      // Some programs delete the file of the socket before they listen on it.
      there.get().close();
    }
    ListenTarget listenTarget = query.target();
    if (listenTarget.fd() >= 0) {
      throw new ListenException(
          "cannot listen on descriptor " + listenTarget.fd() + " in cluster mode", BAD_DESCRIPTOR);
    }
    if (listenTarget.path().isPresent()) {
      return open(sockets, key, listenTarget.path().get(), query, runAs);
    }
    if (listenTarget.address().isPresent()) {
      return open(sockets, key, wish(query, address(listenTarget.address().get()), runAs));
    }
    if (listenTarget.type().equals("udp4")) {
      return open(sockets, key, wish(query, address("0.0.0.0"), runAs));
    }
    try {
      return open(sockets, key, wish(query, address("::"), runAs));
    } catch (ListenException _) {
      // Node does the same on machines without IPv6.
      return open(sockets, key, wish(query, address("0.0.0.0"), runAs));
    }
  }

  private static ListenSocket open(
      ListenSocketRegistry sockets, String key, ListenRequest listenRequest)
      throws ListenException {
    return sockets.open(key, listenRequest);
  }

  private static ListenSocket open(
      ListenSocketRegistry sockets, String key, String path, Query query, RunAs runAs)
      throws ListenException {
    OptionalInt umask = query.umask().isPresent() ? query.umask() : runAs.umask();
    RunAs creator = new RunAs(runAs.user(), runAs.group(), runAs.nice(), umask);
    try {
      return sockets.open(key, new UnixListenRequest(path, backlog(query), creator));
    } catch (ListenException failure) {
      // Node reports this error for a missing directory.
      throw failure.errno() == NO_FOLDER
          ? new ListenException(String.valueOf(failure.getMessage()), REFUSED)
          : failure;
    }
  }

  private static int backlog(Query query) {
    return query.backlog() > 0 ? query.backlog() : BACKLOG;
  }

  private static InetAddress address(String text) throws ListenException {
    return NodeMessage.literal(text)
        .orElseThrow(() -> new ListenException(text + " is not an IP address", NOT_SHARED));
  }

  private static ListenRequest wish(Query query, InetAddress address, RunAs runAs) {
    ListenTarget listenTarget = query.target();
    return new ListenRequest(
        listenTarget.udp() ? Protocol.UDP : Protocol.TCP,
        Optional.of(new InetSocketAddress(address, listenTarget.port())),
        address instanceof java.net.Inet6Address,
        (listenTarget.flags() & 1) != 0,
        backlog(query),
        runAs);
  }
}
