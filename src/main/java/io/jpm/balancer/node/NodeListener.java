package io.jpm.balancer.node;

import io.jpm.model.AppName;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocket;
import io.vertx.core.Future;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/// A listening socket that workers share, together with the workers that use it. Owned by
/// [NodeBackend].
final class NodeListener {
  private final String key;
  private Future<ListenSocket> socket;
  private Future<ListenSocket> latest;
  private final RoundRobinDispatcher dispatcher;
  private final Consumer<AcceptedConnection> arrivals;
  private final WorkerControl workerControl;
  private final Set<NodeWorker> holders = new LinkedHashSet<>();

  /// The workers among [#holders] that were granted the key but have not received the socket.
  private final Set<NodeWorker> held = new LinkedHashSet<>();

  /// The workers among [#held] that currently receive connections.
  private final Set<NodeWorker> accepting = new LinkedHashSet<>();

  private final Set<AppName> users = new HashSet<>();
  private Optional<Object> data = Optional.empty();

  /// Starts and pauses workers that accept connections themselves.
  interface WorkerControl {
    /// Makes a worker accept connections; returns false if no message can be sent to it.
    boolean accept(NodeWorker worker, NodeListener port);

    /// Makes a worker stop accepting connections.
    void pause(NodeWorker worker, NodeListener port);
  }

  /// @param arrivals receives accepted connections, on a thread of the host
  NodeListener(
      String key,
      Future<ListenSocket> socket,
      RoundRobinDispatcher turn,
      Consumer<AcceptedConnection> arrivals,
      WorkerControl workerControl) {
    this.key = key;
    this.socket = socket;
    this.latest = socket;
    this.dispatcher = turn;
    this.arrivals = arrivals;
    this.workerControl = workerControl;
  }

  String key() {
    return key;
  }

  Future<ListenSocket> socket() {
    return socket;
  }

  /// Returns the socket that was requested last, which may still be opening.
  Future<ListenSocket> latest() {
    return latest;
  }

  /// Sets the socket that a later request has opened or found. The new socket replaces a previous
  /// one that clients can no longer reach. Workers that have the previous socket keep it.
  Future<ListenSocket> renewed(Future<ListenSocket> next) {
    latest = next;
    return next.onSuccess(got -> {
      if (!socket.succeeded() || !socket.result().equals(got)) {
        socket = next;
        if (!dispatcher.isEmpty()) {
          got.accept(arrivals);
        }
      }
    });
  }

  /// Returns the workers that listen on the socket.
  Set<NodeWorker> holders() {
    return holders;
  }

  /// Returns the apps that keep the socket open, whether or not they currently listen on it.
  Set<AppName> users() {
    return users;
  }

  /// Returns the data that all servers on this socket share, such as TLS ticket keys. The first
  /// server that offers data determines them.
  Optional<Object> data(Optional<Object> offered) {
    data = data.or(() -> offered);
    return data;
  }

  void addHolder(NodeWorker worker) {
    holders.add(worker);
    users.add(worker.spec().name());
  }

  /// Adds a worker that was granted the key but has not received the socket. The worker receives
  /// connections once it is admitted.
  void startDelivery(NodeWorker worker) {
    held.add(worker);
    refresh();
  }

  /// Selects the workers that receive connections: the fit ones or, if there are none, all ready
  /// ones.
  void refresh() {
    List<NodeWorker> ready = held.stream().filter(NodeWorker::isAdmitted).toList();
    List<NodeWorker> fit = ready.stream().filter(NodeWorker::fit).toList();
    boolean others =
        holders.stream()
            .anyMatch(it -> !it.isGated() && it.hasListened() && it.isAdmitted() && it.fit());
    List<NodeWorker> wanted = fit.isEmpty() && !others ? ready : fit;
    // A worker is paused only after another one accepts.
    wanted.stream().filter(worker -> !accepting.contains(worker)).forEach(this::take);
    List.copyOf(accepting).stream().filter(it -> !wanted.contains(it)).forEach(this::pause);
  }

  private void take(NodeWorker worker) {
    if (!worker.roundRobin()) {
      if (socket.succeeded() && workerControl.accept(worker, this)) {
        accepting.add(worker);
      }
      return;
    }
    accepting.add(worker);
    boolean first = dispatcher.isEmpty();
    dispatcher.add(worker);
    if (first && socket.succeeded()) {
      socket.result().accept(arrivals);
    }
  }

  private void pause(NodeWorker worker) {
    accepting.remove(worker);
    if (!worker.roundRobin()) {
      workerControl.pause(worker, this);
    } else if (!dispatcher.isEmpty()) {
      dispatcher.remove(worker);
      if (dispatcher.isEmpty() && socket.succeeded()) {
        socket.result().pause();
      }
    }
  }

  /// Removes a worker.
  void removeHolder(NodeWorker worker) {
    holders.remove(worker);
    held.remove(worker);
    refresh();
  }

  /// Dispatches waiting connections, because a worker can accept more of them.
  void dispatch() {
    dispatcher.dispatch();
  }

  /// Stops accepting without closing the socket.
  void stopAccepting() {
    if (!dispatcher.isEmpty() && socket.succeeded()) {
      socket.result().pause();
    }
  }

  /// Closes the connections that wait for a worker.
  void close() {
    dispatcher.close();
  }

  Optional<InetSocketAddress> address() {
    return socket.succeeded() ? socket.result().address() : Optional.empty();
  }

  /// Reports whether connections to `listenTarget` would also arrive at this socket.
  boolean overlaps(NodeMessage.ListenTarget listenTarget) {
    Optional<InetSocketAddress> there = address().filter(at -> at.getPort() == listenTarget.port());
    return there
        .map(InetSocketAddress::getAddress)
        .filter(here ->
            here.isAnyLocalAddress()
                || listenTarget
                    .address()
                    .flatMap(NodeMessage::literal)
                    .map(address -> address.isAnyLocalAddress() || address.equals(here))
                    .orElse(true))
        .isPresent();
  }

  /// Returns how closely this socket matches a client that connects to `port` at one of
  /// `addresses`: 0 if the socket has one of these addresses, 1 if it listens on all addresses;
  /// empty if the client does not reach it.
  OptionalInt matchRank(List<InetAddress> addresses, int port) {
    Optional<InetAddress> here =
        address().filter(at -> at.getPort() == port).map(InetSocketAddress::getAddress);
    if (here.isEmpty() || SocketKeys.isUdp(key)) {
      return OptionalInt.empty();
    }
    if (addresses.contains(here.get())) {
      return OptionalInt.of(0);
    }
    return here.get().isAnyLocalAddress() ? OptionalInt.of(1) : OptionalInt.empty();
  }

  /// Returns the address of the socket, as text for users.
  Optional<String> text() {
    Optional<String> path = socket.succeeded() ? socket.result().path() : Optional.empty();
    return path.isPresent() ? path.map(AddressText::of) : addressText();
  }

  private Optional<String> addressText() {
    return address()
        .map(at -> {
          InetAddress host = at.getAddress();
          boolean all = host.isAnyLocalAddress() && host instanceof Inet6Address;
          return AddressText.of(all ? "*" : AddressText.literal(host), at.getPort());
        });
  }
}
