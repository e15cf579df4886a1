package io.jpm.balancer.handover;

import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.os.ListenSocket;
import io.jpm.os.SpawnRequest;
import io.jpm.os.TcpListener;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The sockets of a process, held by the daemon while another process replaces it.
///
/// @param sockets those of IPv6 first
/// @param given whether the next process inherits them; otherwise it listens beside them
/// @param alone whether the app has no other instance, which could begin to listen there as well
/// @param python the directory that makes Python listen beside them; empty if the program does that
///   by itself
/// @param source the source address of probes that must reach the next process before clients do;
///   empty if the process has private sockets for probes, or is not gated
record HeldSockets(
    List<ListenSocket> sockets,
    boolean given,
    boolean alone,
    Optional<Path> python,
    Optional<InetAddress> source) {
  /// The descriptor of the first socket, after those of the IPC channel.
  private static final int FIRST = 5;

  HeldSockets {
    List<ListenSocket> sorted = new ArrayList<>(sockets);
    sorted.sort(Comparator.comparing(it -> !it.isIpv6()));
    sockets = List.copyOf(sorted);
  }

  /// Returns the keys of the sockets that the next process inherits.
  List<String> keys() {
    return given ? sockets.stream().map(ListenSocket::key).toList() : List.of();
  }

  /// Returns the variables by which the next process finds the sockets.
  ///
  /// @param far whether a process below the started one needs them
  /// @param held whether it must accept no client there before it is told to
  /// @param next the spec of the process
  Map<String, String> variables(BalancingMode means, boolean far, boolean held, AppSpec next) {
    if (!given) {
      return python.map(folder -> sharing(folder, next)).orElse(Map.of());
    }
    return means == BalancingMode.JVM
        ? forAgent(held)
        : Map.of(
            "JPM_NODE_SOCKETS",
            places(far ? SpawnRequest.FIRST_INHERITED_BY_DESCENDANTS : FIRST, held).encode());
  }

  private Map<String, String> forAgent(boolean held) {
    Map<String, String> variables = new HashMap<>();
    variables.put(
        "JPM_SOCKETS",
        "v6:%s;v4:%s"
            .formatted(numbers(true), numbers(false))
            .replace("v6:;", "")
            .replaceAll(";v4:$", ""));
    variables.put(
        "JPM_SOCKET_INODES",
        sockets.stream().map(it -> Long.toString(it.inode())).collect(Collectors.joining(",")));
    if (held) {
      variables.put("JPM_PROBED", "gated");
    }
    return variables;
  }

  private Map<String, String> sharing(Path folder, AppSpec next) {
    String own = next.variables().effective().getOrDefault("PYTHONPATH", "");
    return Map.of(
        "PYTHONPATH",
        own.isEmpty() ? folder.toString() : folder + ":" + own,
        "JPM_SHARE_PORTS",
        sockets.stream()
            .flatMap(it -> it.address().map(at -> at.getPort() + ":" + it.inode()).stream())
            .collect(Collectors.joining(",")));
  }

  private String numbers(boolean ipv6) {
    return IntStream.range(0, sockets.size())
        .filter(i -> sockets.get(i).isIpv6() == ipv6)
        .mapToObj(i -> Integer.toString(FIRST + i))
        .collect(Collectors.joining(","));
  }

  private JsonArray places(int first, boolean held) {
    JsonArray places = new JsonArray();
    for (int i = 0; i < sockets.size(); i++) {
      ListenSocket socket = sockets.get(i);
      int number = first + i;
      socket
          .address()
          .ifPresent(at ->
              places.add(
                  new JsonObject()
                      .put("fd", number)
                      .put("held", held)
                      .put("inode", Long.toString(socket.inode()))
                      .put("address", literal(at))
                      .put("port", at.getPort())));
    }
    return places;
  }

  private static String literal(InetSocketAddress at) {
    return at.getAddress().isAnyLocalAddress() && at.getAddress().getAddress().length > 4
        ? "::"
        : at.getAddress().getHostAddress();
  }

  /// Returns the inodes of the sockets.
  Set<Long> inodes() {
    return sockets.stream().map(ListenSocket::inode).collect(Collectors.toSet());
  }

  /// Returns the addresses of the sockets.
  List<InetSocketAddress> addresses() {
    return sockets.stream().flatMap(it -> it.address().stream()).toList();
  }

  /// Returns how many of them have the address of `one`.
  int beside(ListenSocket one) {
    return (int) sockets.stream().filter(it -> it.address().equals(one.address())).count();
  }

  /// Reports whether only these sockets and those of the next process listen at their addresses.
  /// The kernel distinguishes the sockets at an address only by their order.
  ///
  /// @param listeners all sockets on which processes of this machine listen
  /// @param newer the inodes of the next process's sockets
  boolean isAlone(Set<TcpListener> listeners, Set<Long> newer) {
    Set<Long> known = new HashSet<>(inodes());
    known.addAll(newer);
    List<InetSocketAddress> addresses = addresses();
    Set<Long> there =
        listeners.stream()
            .filter(it -> addresses.contains(it.address()))
            .map(TcpListener::inode)
            .collect(Collectors.toSet());
    return alone && there.containsAll(inodes()) && known.containsAll(there);
  }

  /// Keeps clients from the next process.
  ///
  /// @param listeners as for [#isAlone]
  /// @return whether that succeeded; false if other processes have sockets at the addresses
  boolean hold(Set<TcpListener> listeners) {
    if (!isAlone(listeners, Set.of())) {
      return false;
    }
    boolean held =
        source.map(from -> sockets.stream().allMatch(it -> it.pin(beside(it), from))).orElse(false);
    if (!held) {
      share();
    }
    return held;
  }

  /// Undoes [#hold]: all sockets at these addresses receive connections.
  void share() {
    sockets.forEach(ListenSocket::routeToAll);
  }

  void close() {
    sockets.forEach(ListenSocket::close);
  }
}
