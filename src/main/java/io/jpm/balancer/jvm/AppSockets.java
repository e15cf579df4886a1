package io.jpm.balancer.jvm;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ListenAddress;
import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The shared sockets of one app, which its processes inherit unbound and bind themselves. Methods
/// may block.
///
/// @param store holds the sockets
/// @param app the app that uses them
record AppSockets(ListenSocketRegistry store, AppName app) {
  /// The descriptor of the first socket, after the descriptors of the IPC channel.
  private static final int FIRST = 5;

  /// The variable that contains the inodes of all sockets. The daemon uses it to recognize a lost
  /// socket in a process that runs as the daemon's own user.
  static final String INODES = "JPM_SOCKET_INODES";

  private static final int FIRST_UNPRIVILEGED = 1024;
  private static final String IPV4 = "-Djava.net.preferIPv4Stack=true";

  /// The number of sockets per address family, and therefore the number of ports that an app can
  /// share. Each process inherits all of the sockets.
  private static final int OF_EACH_FAMILY = 4;

  /// Returns the keys in the order in which processes inherit the sockets.
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (String family : List.of("v6", "v4")) {
      IntStream.range(0, OF_EACH_FAMILY).forEach(number -> keys.add(prefix(family) + number));
    }
    return keys;
  }

  private String prefix(String family) {
    return "jvm " + app + " " + family + " ";
  }

  /// Reports whether `key` is one of the app's keys.
  boolean has(String key) {
    return keys().contains(key);
  }

  /// Returns the sockets that are open.
  List<ListenSocket> open() {
    return keys().stream().map(store::find).flatMap(Optional::stream).toList();
  }

  /// Recovers missing sockets from a process that was started with them.
  ///
  /// @param given the inodes of the sockets with which the process was started, in the order of the
  ///   keys
  void recover(ProcessIdentity process, List<Long> given) throws ListenException {
    List<String> keys = keys();
    for (int i = 0; i < Math.min(keys.size(), given.size()); i++) {
      if (store.find(keys.get(i)).isEmpty()) {
        store.recover(keys.get(i), process, given.get(i));
      }
    }
  }

  /// Opens the sockets that are not open yet, and returns the variables through which the agent
  /// finds all of them.
  Map<String, String> prepare(AppSpec spec) throws ListenException {
    for (String key : keys()) {
      if (store.find(key).isEmpty()) {
        store.open(key, wish(key, spec));
      }
    }
    String inodes = numbers().stream().map(Object::toString).collect(Collectors.joining(","));
    String sockets = "v6:" + numbers(FIRST) + ";v4:" + numbers(FIRST + OF_EACH_FAMILY);
    return Map.of("JPM_SOCKETS", sockets, INODES, inodes);
  }

  private ListenRequest wish(String key, AppSpec spec) {
    boolean ipv6 = key.matches(".* v6 [0-9]");
    Optional<InetSocketAddress> address =
        key.equals(prefix(prefersIpv4(spec) ? "v4" : "v6") + 0)
            ? privileged(spec, ipv6)
            : Optional.empty();
    return new ListenRequest(Protocol.TCP, address, ipv6, false, 0, RunAs.DAEMON);
  }

  /// Returns the declared address if the app's user is not allowed to bind it: the port is below
  /// 1024 and the app runs as a different user. Otherwise returns empty.
  private static Optional<InetSocketAddress> privileged(AppSpec spec, boolean ipv6) {
    OptionalInt port = spec.cluster().port();
    return spec.runAs().user().isPresent()
            && port.isPresent()
            && port.getAsInt() < FIRST_UNPRIVILEGED
        ? Optional.of(
            new InetSocketAddress(InetAddress.ofLiteral(ipv6 ? "::" : "0.0.0.0"), port.getAsInt()))
        : Optional.empty();
  }

  private static boolean prefersIpv4(AppSpec spec) {
    return spec.command().argv().stream().anyMatch(word -> word.contains(IPV4));
  }

  private static String numbers(int first) {
    return IntStream.range(first, first + OF_EACH_FAMILY)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(","));
  }

  /// Returns the inodes of the open sockets.
  List<Long> numbers() {
    return open().stream().map(ListenSocket::inode).toList();
  }

  /// Returns the ports to which the sockets are bound.
  Set<Integer> ports() {
    return bound().values().stream().map(InetSocketAddress::getPort).collect(Collectors.toSet());
  }

  /// Returns the addresses to which the sockets are bound, as text.
  List<String> addresses() {
    return bound().values().stream().map(AppSockets::text).distinct().sorted().toList();
  }

  /// Returns the inodes of the bound sockets.
  Set<Long> boundInodes() {
    return bound().keySet().stream().map(ListenSocket::inode).collect(Collectors.toSet());
  }

  /// Closes all sockets.
  void close() {
    open().forEach(ListenSocket::close);
  }

  private Map<ListenSocket, InetSocketAddress> bound() {
    Map<ListenSocket, InetSocketAddress> bound = new HashMap<>();
    for (ListenSocket socket : open()) {
      socket.address().filter(it -> it.getPort() != 0).ifPresent(it -> bound.put(socket, it));
    }
    return bound;
  }

  /// Returns an address as text, such as `127.0.0.1:8000`.
  static String text(InetSocketAddress address) {
    boolean any = address.getAddress().isAnyLocalAddress();
    String host = any ? "" : address.getAddress().getHostAddress();
    return new ListenAddress(host, address.getPort()).toString();
  }
}
