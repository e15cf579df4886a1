package io.jpm.balancer.node;

import io.jpm.bus.Blocking;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Finds out which sockets of a former daemon its workers listen on.
final class SocketAdoption {
  private final Vertx vertx;
  private final ProcessHost host;

  SocketAdoption(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// What was found.
  ///
  /// @param held what the worker listens on
  /// @param udp what it may have of datagrams, which the system does not show by process
  /// @param missing why it does not get what it listens on, by the key of that
  record Found(List<ListenSocket> held, List<ListenSocket> udp, Map<String, String> missing) {}

  /// What blocks, and then tells which sockets are meant.
  @FunctionalInterface
  private interface Search {
    Predicate<ListenSocket> search();
  }

  /// By what the system shows of the process: where it listens itself.
  Future<Found> byDescriptors(NodeWorker worker) {
    ProcessIdentity process = worker.process().orElseThrow();
    return found(
        worker,
        () -> {
          Set<Long> inodes = host.sockets(process);
          return socket -> inodes.contains(socket.inode());
        });
  }

  /// By what it says itself: one that is handed its connections has no socket by which it could be
  /// seen. What was lost is sought first.
  ///
  /// @param holders who may have it, all workers of Node
  Future<Found> byWord(
      NodeWorker worker, NodeMessage.Servers servers, List<SocketRecovery.Holder> holders) {
    Set<InetSocketAddress> named =
        servers.servers().stream()
            .map(NodeMessage.Server::address)
            .collect(Collectors.toUnmodifiableSet());
    Set<String> paths = Set.copyOf(servers.paths());
    // In order with what opens sockets.
    return Blocking.call(
            vertx,
            () ->
                new SocketRecovery(host)
                    .regain(worker.spec(), worker.held(), servers.servers(), holders))
        .compose(missing ->
            found(
                    worker,
                    () ->
                        socket ->
                            socket.address().filter(named::contains).isPresent()
                                || socket.path().filter(paths::contains).isPresent())
                .map(found -> new Found(found.held(), found.udp(), missing)));
  }

  private Future<Found> found(NodeWorker worker, Search search) {
    return vertx
        .<Found>executeBlocking(
            () -> {
              Predicate<ListenSocket> meant = search.search();
              List<ListenSocket> own =
                  host.listenSockets().stream()
                      .flatMap(all -> all.all().stream())
                      .filter(socket -> SocketNames.mayBeOf(socket.key(), worker.spec()))
                      .toList();
              return new Found(
                  own.stream().filter(meant).toList(),
                  own.stream().filter(socket -> SocketNames.isUdp(socket.key())).toList(),
                  Map.of());
            },
            false)
        .map(Objects::requireNonNull);
  }
}
