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

/// The sockets of a process that the daemon holds while another process replaces it.
///
/// @param sockets the sockets, IPv6 first
/// @param inherited whether the new process inherits the sockets; otherwise it listens beside them
/// @param alone whether the app has a single instance; other instances could begin to listen at the
///   same addresses
/// @param python the directory of the module that makes Python listen beside the sockets; empty if
///   the program does so by itself
/// @param source the source address of probes that reach the new process before it receives
///   clients; empty if the process has private sockets for probes or is not gated
record HeldSockets(
    List<ListenSocket> sockets,
    boolean inherited,
    boolean alone,
    Optional<Path> python,
    Optional<InetAddress> source) {
  /// The descriptor of the first socket, after the descriptors of the IPC channel.
  private static final int FIRST = 5;

  HeldSockets {
    List<ListenSocket> sorted = new ArrayList<>(sockets);
    sorted.sort(Comparator.comparing(it -> !it.isIpv6()));
    sockets = List.copyOf(sorted);
  }

  /// Returns the keys of the sockets that the new process inherits; empty if it inherits none.
  List<String> keys() {
    return inherited ? sockets.stream().map(ListenSocket::key).toList() : List.of();
  }

  /// Returns the variables through which the new process finds the sockets.
  ///
  /// @param far whether a descendant of the started process, rather than that process, needs the
  ///   sockets
  /// @param held whether the new process must not accept clients until the daemon admits them
  /// @param next the spec of the new process
  Map<String, String> variables(BalancingMode means, boolean far, boolean held, AppSpec next) {
    if (!inherited) {
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

  /// Returns the number of sockets with the same address as `one`.
  int countAtAddressOf(ListenSocket one) {
    return (int) sockets.stream().filter(it -> it.address().equals(one.address())).count();
  }

  /// Reports whether only these sockets and those of the new process listen at their addresses.
  /// Clients can be directed to one process only in this case, because the kernel distinguishes the
  /// sockets at an address only by their order.
  ///
  /// @param listeners all listening sockets of processes on this machine
  /// @param newer the inodes of the new process's sockets
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

  /// Prevents clients from reaching the new process.
  ///
  /// @param listeners all listening sockets of processes on this machine
  /// @return whether this succeeded; false if, for example, other processes have sockets at the
  ///   same addresses
  boolean hold(Set<TcpListener> listeners) {
    if (!isAlone(listeners, Set.of())) {
      return false;
    }
    boolean held =
        source
            .map(from -> sockets.stream().allMatch(it -> it.pin(countAtAddressOf(it), from)))
            .orElse(false);
    if (!held) {
      routeToAll();
    }
    return held;
  }

  /// Undoes [#hold]: all sockets at these addresses receive connections again.
  void routeToAll() {
    sockets.forEach(ListenSocket::routeToAll);
  }

  void close() {
    sockets.forEach(ListenSocket::close);
  }
}
