package io.jpm.balancer.node;

import io.jpm.model.AppName;
import io.jpm.os.Connection;
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

/// A socket that workers share, and who has it. Owned by [NodeBackend].
final class NodePort {
  private final String key;
  private Future<ListenSocket> socket;
  private Future<ListenSocket> latest;
  private final RoundRobin turn;
  private final Consumer<Connection> arrivals;
  private final Orders orders;
  private final Set<NodeWorker> holders = new LinkedHashSet<>();

  /// Those of [#holders] that listen here and were told of no socket.
  private final Set<NodeWorker> held = new LinkedHashSet<>();

  /// Those of [#held] that have what comes.
  private final Set<NodeWorker> taking = new LinkedHashSet<>();

  private final Set<AppName> users = new HashSet<>();
  private Optional<Object> data = Optional.empty();

  /// What is said to workers that accept by themselves.
  interface Orders {
    /// To accept; false when it cannot be told.
    boolean accept(NodeWorker worker, NodePort port);

    /// To accept no more.
    void pause(NodeWorker worker, NodePort port);
  }

  /// @param arrivals gets accepted connections on a thread of the host
  NodePort(
      String key,
      Future<ListenSocket> socket,
      RoundRobin turn,
      Consumer<Connection> arrivals,
      Orders orders) {
    this.key = key;
    this.socket = socket;
    this.latest = socket;
    this.turn = turn;
    this.arrivals = arrivals;
    this.orders = orders;
  }

  String key() {
    return key;
  }

  Future<ListenSocket> socket() {
    return socket;
  }

  /// The last one that was to be had, which may still be on its way.
  Future<ListenSocket> latest() {
    return latest;
  }

  /// It was asked for again: another one may come in its place, when clients do not get to the
  /// former one any more. Workers that have that keep it.
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

  /// The workers that listen on it.
  Set<NodeWorker> holders() {
    return holders;
  }

  /// The apps that keep it open, whether they listen at the moment or not.
  Set<AppName> users() {
    return users;
  }

  /// What the first server here wants all to share, such as the keys of TLS tickets.
  Optional<Object> data(Optional<Object> offered) {
    data = data.or(() -> offered);
    return data;
  }

  void claim(NodeWorker worker) {
    holders.add(worker);
    users.add(worker.spec().name());
  }

  /// Lets a worker that was told of no socket have what comes, when it may.
  void begin(NodeWorker worker) {
    held.add(worker);
    refresh();
  }

  /// Something has changed about a worker: those that are fit have what comes, and where none is,
  /// all that are ready.
  void refresh() {
    List<NodeWorker> ready = held.stream().filter(NodeWorker::admitted).toList();
    List<NodeWorker> fit = ready.stream().filter(NodeWorker::fit).toList();
    boolean others =
        holders.stream().anyMatch(it -> !it.held() && it.listened() && it.admitted() && it.fit());
    List<NodeWorker> wanted = fit.isEmpty() && !others ? ready : fit;
    // Nobody pauses before another one accepts.
    wanted.stream().filter(worker -> !taking.contains(worker)).forEach(this::take);
    List.copyOf(taking).stream().filter(it -> !wanted.contains(it)).forEach(this::rest);
  }

  private void take(NodeWorker worker) {
    if (!worker.roundRobin()) {
      if (socket.succeeded() && orders.accept(worker, this)) {
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

  private void rest(NodeWorker worker) {
    taking.remove(worker);
    if (!worker.roundRobin()) {
      orders.pause(worker, this);
    } else if (!turn.isEmpty()) {
      turn.remove(worker);
      if (turn.isEmpty() && socket.succeeded()) {
        socket.result().pause();
      }
    }
  }

  /// A worker has it no more.
  void leave(NodeWorker worker) {
    holders.remove(worker);
    held.remove(worker);
    refresh();
  }

  /// A worker is free to take more.
  void hand() {
    turn.hand();
  }

  /// Takes no more connections, and leaves the socket as it is.
  void quit() {
    if (!turn.isEmpty() && socket.succeeded()) {
      socket.result().pause();
    }
  }

  /// Lets go of the connections that wait here.
  void close() {
    turn.close();
  }

  Optional<InetSocketAddress> address() {
    return socket.succeeded() ? socket.result().address() : Optional.empty();
  }

  /// Whether connections that are meant for `wanted` would come here too.
  boolean overlaps(NodeMessage.Wanted wanted) {
    Optional<InetSocketAddress> there = address().filter(at -> at.getPort() == wanted.port());
    return there
        .map(InetSocketAddress::getAddress)
        .filter(here ->
            here.isAnyLocalAddress()
                || wanted
                    .address()
                    .flatMap(NodeMessage::literal)
                    .map(address -> address.isAnyLocalAddress() || address.equals(here))
                    .orElse(true))
        .isPresent();
  }

  /// How well somebody who connects to one of `addresses` and `port` gets here: 0 by an address of
  /// its own, 1 since it listens on all; empty: elsewhere.
  OptionalInt reached(List<InetAddress> addresses, int port) {
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

  /// Where it listens, for people.
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
