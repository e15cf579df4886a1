package io.jpm.balancer.node;

import io.jpm.bus.BlockingCalls;
import io.jpm.model.process.ProcessIdentity;
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

/// Finds the sockets on which the workers of an earlier daemon listen.
final class SocketAdoption {
  private final Vertx vertx;
  private final ProcessHost host;

  SocketAdoption(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// The sockets of a worker.
  ///
  /// @param held the sockets on which the worker listens
  /// @param udp the UDP sockets that the worker may use; the kernel does not show which process
  ///   uses a UDP socket
  /// @param missing the reasons why sockets on which the worker listens could not be recovered, by
  ///   key
  record Result(List<ListenSocket> held, List<ListenSocket> udp, Map<String, String> missing) {}

  /// A blocking search that returns a filter for the sockets of the worker.
  @FunctionalInterface
  private interface Search {
    Predicate<ListenSocket> search();
  }

  /// Finds the sockets through the file descriptors of the worker's process.
  Future<Result> byDescriptors(NodeWorker worker) {
    ProcessIdentity process = worker.process().orElseThrow();
    return found(
        worker,
        () -> {
          Set<Long> inodes = host.sockets(process);
          return socket -> inodes.contains(socket.inode());
        });
  }

  /// Finds the sockets from the worker's own report, because a worker to which the daemon hands
  /// connections one by one has no descriptor of the socket. Recovers lost sockets first.
  ///
  /// @param holders the Node workers that may have the lost sockets
  Future<Result> byReport(
      NodeWorker worker, NodeMessage.Servers servers, List<SocketRecovery.Holder> holders) {
    Set<InetSocketAddress> named =
        servers.servers().stream()
            .map(NodeMessage.Server::address)
            .collect(Collectors.toUnmodifiableSet());
    Set<String> paths = Set.copyOf(servers.paths());
    // Runs in order with the tasks that open sockets.
    return BlockingCalls.call(
            vertx,
            () ->
                new SocketRecovery(host)
                    .regain(worker.spec(), worker.isGated(), servers.servers(), holders))
        .compose(missing ->
            found(
                    worker,
                    () ->
                        socket ->
                            socket.address().filter(named::contains).isPresent()
                                || socket.path().filter(paths::contains).isPresent())
                .map(found -> new Result(found.held(), found.udp(), missing)));
  }

  private Future<Result> found(NodeWorker worker, Search search) {
    return vertx
        .<Result>executeBlocking(
            () -> {
              Predicate<ListenSocket> meant = search.search();
              List<ListenSocket> own =
                  host.listenSockets().stream()
                      .flatMap(all -> all.all().stream())
                      .filter(socket -> SocketKeys.mayBeOf(socket.key(), worker.spec()))
                      .toList();
              return new Result(
                  own.stream().filter(meant).toList(),
                  own.stream().filter(socket -> SocketKeys.isUdp(socket.key())).toList(),
                  Map.of());
            },
            false)
        .map(Objects::requireNonNull);
  }
}
