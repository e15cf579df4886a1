package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.balancer.node.NodeMessage.Wanted;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ListenSockets.Wish;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Opens the sockets that workers ask for, as Node itself would. Off the event loop.
final class PortOpening {
  /// `EAFNOSUPPORT`, for what only the worker itself could open.
  private static final int NOT_SHARED = 97;

  private static final int BAD_DESCRIPTOR = 9;

  /// Node's own.
  private static final int BACKLOG = 511;

  private PortOpening() {}

  /// The socket of that key, opened if need be.
  static ListenSocket open(ListenSockets sockets, String key, Query query, RunAs runAs)
      throws ListenFailure {
    Optional<ListenSocket> there = sockets.find(key);
    if (there.isPresent()) {
      return there.get();
    }
    Wanted wanted = query.wanted();
    if (wanted.fd() >= 0) {
      throw new ListenFailure(
          "descriptor " + wanted.fd() + " cannot be listened on in cluster mode", BAD_DESCRIPTOR);
    }
    if (wanted.port() < 0) {
      throw new ListenFailure("a unix path is not shared", NOT_SHARED);
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
      // Node does so on machines without IPv6, too.
      return open(sockets, key, wish(query, address("0.0.0.0"), runAs));
    }
  }

  private static ListenSocket open(ListenSockets sockets, String key, Wish wish)
      throws ListenFailure {
    return sockets.open(key, wish);
  }

  private static InetAddress address(String text) throws ListenFailure {
    return NodeMessage.literal(text)
        .orElseThrow(() -> new ListenFailure(text + " is no address", NOT_SHARED));
  }

  private static Wish wish(Query query, InetAddress address, RunAs runAs) {
    Wanted wanted = query.wanted();
    return new Wish(
        wanted.udp() ? Kind.UDP : Kind.TCP,
        Optional.of(new InetSocketAddress(address, wanted.port())),
        address instanceof java.net.Inet6Address,
        (wanted.flags() & 1) != 0,
        query.backlog() > 0 ? query.backlog() : BACKLOG,
        runAs);
  }
}
