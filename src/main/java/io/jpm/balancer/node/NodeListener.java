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

/// A listening socket that workers share, and the workers that use it. Owned by [NodeBackend].
final class NodeListener {
  private final String key;
  private Future<ListenSocket> socket;
  private Future<ListenSocket> latest;
  private final RoundRobinDispatcher turn;
  private final Consumer<AcceptedConnection> arrivals;
  private final WorkerControl workerControl;
  private final Set<NodeWorker> holders = new LinkedHashSet<>();

  /// Those of [#holders] that listen here without having received the socket yet.
  private final Set<NodeWorker> held = new LinkedHashSet<>();

  /// Those of [#held] that receive connections.
  private final Set<NodeWorker> taking = new LinkedHashSet<>();

  private final Set<AppName> users = new HashSet<>();
  private Optional<Object> data = Optional.empty();

  /// Controls acceptance in workers that accept by themselves.
  interface WorkerControl {
    /// Makes a worker accept; returns false if it cannot be told.
    boolean accept(NodeWorker worker, NodeListener port);

    /// Makes a worker stop accepting.
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
    this.turn = turn;
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

  /// Sets the socket after another request for it: a new one replaces a former one that clients no
  /// longer reach. Workers that have the former one keep it.
  Future<ListenSocket> renewed(Future<ListenSocket> next) {
    latest = next;
    return next.onSuccess(got -> {
      if (!socket.succeeded() || !socket.result().equals(got)) {
        socket = next;
        if (!turn.isEmpty()) {
          got.accept(arrivals);
        }
      }
    });
  }

  /// Returns the workers that listen on the socket.
  Set<NodeWorker> holders() {
    return holders;
  }

  /// Returns the apps that keep the socket open, whether they listen at the moment or not.
  Set<AppName> users() {
    return users;
  }

  /// Returns the data that all servers here share, such as the keys of TLS tickets. The first
  /// server determines it.
  Optional<Object> data(Optional<Object> offered) {
    data = data.or(() -> offered);
    return data;
  }

  void addHolder(NodeWorker worker) {
    holders.add(worker);
    users.add(worker.spec().name());
  }

  /// Adds a worker that was granted the key without the socket. It receives connections as soon as
  /// it may.
  void startDelivery(NodeWorker worker) {
    held.add(worker);
    refresh();
  }

  /// Updates the workers that receive connections: those that are fit or, if there are none, all
  /// that are ready.
  void refresh() {
    List<NodeWorker> ready = held.stream().filter(NodeWorker::isAdmitted).toList();
    List<NodeWorker> fit = ready.stream().filter(NodeWorker::fit).toList();
    boolean others =
        holders.stream()
            .anyMatch(it -> !it.isGated() && it.hasListened() && it.isAdmitted() && it.fit());
    List<NodeWorker> wanted = fit.isEmpty() && !others ? ready : fit;
    // No worker pauses before another one accepts.
    wanted.stream().filter(worker -> !taking.contains(worker)).forEach(this::take);
    List.copyOf(taking).stream().filter(it -> !wanted.contains(it)).forEach(this::pause);
  }

  private void take(NodeWorker worker) {
    if (!worker.roundRobin()) {
      if (socket.succeeded() && workerControl.accept(worker, this)) {
        taking.add(worker);
      }
      return;
    }
    taking.add(worker);
    boolean first = turn.isEmpty();
    turn.add(worker);
    if (first && socket.succeeded()) {
      socket.result().accept(arrivals);
    }
  }

  private void pause(NodeWorker worker) {
    taking.remove(worker);
    if (!worker.roundRobin()) {
      workerControl.pause(worker, this);
    } else if (!turn.isEmpty()) {
      turn.remove(worker);
      if (turn.isEmpty() && socket.succeeded()) {
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

  /// Hands out waiting connections, because a worker can take more.
  void dispatch() {
    turn.dispatch();
  }

  /// Stops accepting and leaves the socket unchanged.
  void stopAccepting() {
    if (!turn.isEmpty() && socket.succeeded()) {
      socket.result().pause();
    }
  }

  /// Closes the connections that wait here.
  void close() {
    turn.close();
  }

  Optional<InetSocketAddress> address() {
    return socket.succeeded() ? socket.result().address() : Optional.empty();
  }

  /// Reports whether connections to `wanted` would arrive here too.
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

  /// Returns how a client that connects to one of `addresses` and `port` reaches this socket: 0 by
  /// the socket's own address, 1 because it listens on all addresses; empty if it does not.
  OptionalInt matchRank(List<InetAddress> addresses, int port) {
    Optional<InetAddress> here =
        address().filter(at -> at.getPort() == port).map(InetSocketAddress::getAddress);
    if (here.isEmpty() || SocketNames.isUdp(key)) {
      return OptionalInt.empty();
    }
    if (addresses.contains(here.get())) {
      return OptionalInt.of(0);
    }
    return here.get().isAnyLocalAddress() ? OptionalInt.of(1) : OptionalInt.empty();
  }

  /// Returns where it listens, as text for users.
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
