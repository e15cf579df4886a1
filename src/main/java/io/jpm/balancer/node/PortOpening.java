package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.balancer.node.NodeMessage.Wanted;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ListenSockets.PathWish;
import io.jpm.os.ListenSockets.Wish;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// Opens the sockets that workers request, as Node itself would. Methods may block.
final class PortOpening {
  /// `EAFNOSUPPORT`, for sockets that only the worker itself could open.
  private static final int NOT_SHARED = 97;

  private static final int NO_FOLDER = 2;
  private static final int BAD_DESCRIPTOR = 9;
  private static final int REFUSED = 13;

  /// Node's default.
  private static final int BACKLOG = 511;

  private PortOpening() {}

  /// Returns the socket of that key, which is opened if necessary.
  static ListenSocket open(ListenSockets sockets, String key, Query query, RunAs runAs)
      throws ListenFailure {
    Optional<ListenSocket> there = sockets.find(key);
    if (there.isPresent()) {
      if (there.get().isReachable()) {
        return there.get();
      }
      // Some programs remove the path before they listen on it.
      there.get().close();
    }
    Wanted wanted = query.wanted();
    if (wanted.fd() >= 0) {
      throw new ListenFailure(
          "cannot listen on descriptor " + wanted.fd() + " in cluster mode", BAD_DESCRIPTOR);
    }
    if (wanted.path().isPresent()) {
      return open(sockets, key, wanted.path().get(), query, runAs);
    }
    if (wanted.address().isPresent()) {
      return open(sockets, key, wish(query, address(wanted.address().get()), runAs));
    }
    if (wanted.type().equals("udp4")) {
      return open(sockets, key, wish(query, address("0.0.0.0"), runAs));
    }
    try {
      return open(sockets, key, wish(query, address("::"), runAs));
    } catch (ListenFailure _) {
      // Node does this too, on machines without IPv6.
      return open(sockets, key, wish(query, address("0.0.0.0"), runAs));
    }
  }

  private static ListenSocket open(ListenSockets sockets, String key, Wish wish)
      throws ListenFailure {
    return sockets.open(key, wish);
  }

  private static ListenSocket open(
      ListenSockets sockets, String key, String path, Query query, RunAs runAs)
      throws ListenFailure {
    OptionalInt umask = query.umask().isPresent() ? query.umask() : runAs.umask();
    RunAs creator = new RunAs(runAs.user(), runAs.group(), runAs.nice(), umask);
    try {
      return sockets.open(key, new PathWish(path, backlog(query), creator));
    } catch (ListenFailure failure) {
      // Node reports this error for a missing directory.
      throw failure.errno() == NO_FOLDER
          ? new ListenFailure(String.valueOf(failure.getMessage()), REFUSED)
          : failure;
    }
  }

  private static int backlog(Query query) {
    return query.backlog() > 0 ? query.backlog() : BACKLOG;
  }

  private static InetAddress address(String text) throws ListenFailure {
    return NodeMessage.literal(text)
        .orElseThrow(() -> new ListenFailure(text + " is not an IP address", NOT_SHARED));
  }

  private static Wish wish(Query query, InetAddress address, RunAs runAs) {
    Wanted wanted = query.wanted();
    return new Wish(
        wanted.udp() ? Kind.UDP : Kind.TCP,
        Optional.of(new InetSocketAddress(address, wanted.port())),
        address instanceof java.net.Inet6Address,
        (wanted.flags() & 1) != 0,
        backlog(query),
        runAs);
  }
}
