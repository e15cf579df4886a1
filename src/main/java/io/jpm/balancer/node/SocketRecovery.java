package io.jpm.balancer.node;

import io.jpm.balancer.node.NodeMessage.ListenTarget;
import io.jpm.balancer.node.NodeMessage.Query;
import io.jpm.balancer.node.NodeMessage.Server;
import io.jpm.model.AppSpec;
import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Recovers sockets that were lost when the keeper and the daemon died together. A socket is
/// duplicated from a worker that still has it. If only the daemon had the socket, its address is
/// bound again. Methods may block.
///
/// @param host provides the processes and the sockets
record SocketRecovery(ProcessHost host) {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// A Node worker, which may have a socket that another worker requests.
  ///
  /// @param spec the spec of the worker's app
  record Holder(AppSpec spec, ProcessIdentity process) {}

  /// Recovers the sockets that were granted to the servers of a worker. A worker's report can refer
  /// only to sockets of the worker's app, so it never affects a socket of another app.
  ///
  /// @param awaited whether the worker depends on the daemon for its connections, or for a socket
  ///   that it has not received yet
  /// @param holders the Node workers that may have the sockets
  /// @return the reasons why sockets could not be recovered, by key
  Map<String, String> regain(
      AppSpec spec, boolean awaited, List<Server> servers, List<Holder> holders) {
    Optional<ListenSocketRegistry> sockets = host.listenSockets();
    Map<String, String> missing = new LinkedHashMap<>();
    for (Server server : sockets.isPresent() ? servers : List.<Server>of()) {
      Optional<String> key = server.key().filter(it -> SocketKeys.mayBeOf(it, spec));
      if (key.isPresent() && !isThere(sockets.get(), key.get(), server)) {
        try {
          regain(sockets.get(), spec, key.get(), server.address(), awaited, holders);
        } catch (ListenException failure) {
          missing.put(key.get(), String.valueOf(failure.getMessage()));
        }
      }
    }
    return missing;
  }

  private static boolean isThere(ListenSocketRegistry sockets, String key, Server server) {
    return sockets.find(key).flatMap(ListenSocket::address).stream()
        .anyMatch(server.address()::equals);
  }

  private void regain(
      ListenSocketRegistry sockets,
      AppSpec spec,
      String key,
      InetSocketAddress at,
      boolean awaited,
      List<Holder> holders)
      throws ListenException {
    boolean had = false;
    List<Holder> own =
        holders.stream().filter(holder -> SocketKeys.mayBeOf(key, holder.spec())).toList();
    for (Holder holder : own) {
      for (TreeListener one : host.listenersOf(holder.process())) {
        if (one.address().equals(at)) {
          had = true;
          try {
            sockets.recover(key, holder.process(), one.inode());
            return;
          } catch (ListenException failure) {
            LOG.log(
                Level.WARNING,
                "socket {0} was lost and cannot be recovered: {1}",
                key,
                failure.getMessage());
          }
        }
      }
    }
    if (!had && awaited) {
      NodeSocketOpener.open(sockets, key, query(key, at), rights(spec, at.getPort()));
    }
  }

  private static Query query(String key, InetSocketAddress at) {
    String place = key.substring(key.lastIndexOf(' ') + 1);
    Optional<String> address =
        place.startsWith("*:")
            ? Optional.empty()
            : Optional.of(AddressText.literal(at.getAddress()));
    int flags = place.contains(":v6only") ? 1 : 0;
    var listenTarget = new ListenTarget(address, at.getPort(), "4", -1, flags);
    return new Query(0, listenTarget, 0, 0, Optional.empty(), OptionalInt.empty());
  }

  /// Returns the credentials with which to open a port: the daemon's for the port that the spec
  /// declares, and the app's for any other port that the program requests.
  static RunAs rights(AppSpec spec, int port) {
    OptionalInt declared = spec.cluster().port();
    return declared.isPresent() && declared.getAsInt() == port ? RunAs.DAEMON : spec.runAs();
  }
}
