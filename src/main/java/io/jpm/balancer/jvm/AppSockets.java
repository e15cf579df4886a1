package io.jpm.balancer.jvm;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ListenAddress;
import io.jpm.model.RunAs;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ListenSockets.Wish;
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

/// The sockets that the processes of one app inherit, and bind themselves. Methods may block.
///
/// @param store where they are kept
/// @param app whose they are
record AppSockets(ListenSockets store, AppName app) {
  /// The descriptor of the first one, behind those of the channel.
  private static final int FIRST = 5;

  /// The variable with the kernel's numbers of all: by these the daemon knows them again as lost
  /// ones when a process of its own user shows them.
  static final String INODES = "JPM_SOCKET_INODES";

  private static final int FIRST_UNPRIVILEGED = 1024;
  private static final String IPV4 = "-Djava.net.preferIPv4Stack=true";

  /// As many ports as a server has; each process holds all of them.
  private static final int OF_EACH_FAMILY = 4;

  /// Their keys, in the order in which they are inherited.
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

  /// Whether that is one of their keys.
  boolean has(String key) {
    return keys().contains(key);
  }

  /// Those that are open.
  List<ListenSocket> open() {
    return keys().stream().map(store::find).flatMap(Optional::stream).toList();
  }

  /// Takes those that are not open back from a process that was made with them.
  ///
  /// @param given the kernel's numbers of those that it was made with, in the order of the keys
  void regain(ProcessIdentity process, List<Long> given) throws ListenFailure {
    List<String> keys = keys();
    for (int i = 0; i < Math.min(keys.size(), given.size()); i++) {
      if (store.find(keys.get(i)).isEmpty()) {
        store.regain(keys.get(i), process, given.get(i));
      }
    }
  }

  /// Opens those that are not, and says how the agent finds all of them.
  Map<String, String> prepare(AppSpec spec) throws ListenFailure {
    for (String key : keys()) {
      if (store.find(key).isEmpty()) {
        store.open(key, wish(key, spec));
      }
    }
    String inodes = numbers().stream().map(Object::toString).collect(Collectors.joining(","));
    String sockets = "v6:" + numbers(FIRST) + ";v4:" + numbers(FIRST + OF_EACH_FAMILY);
    return Map.of("JPM_SOCKETS", sockets, INODES, inodes);
  }

  private Wish wish(String key, AppSpec spec) {
    boolean ipv6 = key.matches(".* v6 [0-9]");
    Optional<InetSocketAddress> address =
        key.equals(prefix(prefersIpv4(spec) ? "v4" : "v6") + 0)
            ? privileged(spec, ipv6)
            : Optional.empty();
    return new Wish(Kind.TCP, address, ipv6, false, 0, RunAs.DAEMON);
  }

  /// Where the process itself could not be bound, though the app's description names the port.
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

  /// Their numbers in the kernel, of those that are open.
  List<Long> numbers() {
    return open().stream().map(ListenSocket::inode).toList();
  }

  /// The ports that processes have bound them to.
  Set<Integer> ports() {
    return bound().values().stream().map(InetSocketAddress::getPort).collect(Collectors.toSet());
  }

  /// Where they are bound, as people write it.
  List<String> addresses() {
    return bound().values().stream().map(AppSockets::text).distinct().sorted().toList();
  }

  /// The numbers in the kernel of those that are bound.
  Set<Long> boundInodes() {
    return bound().keySet().stream().map(ListenSocket::inode).collect(Collectors.toSet());
  }

  /// Lets go of all.
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

  /// An address as people write it.
  static String text(InetSocketAddress address) {
    boolean any = address.getAddress().isAnyLocalAddress();
    String host = any ? "" : address.getAddress().getHostAddress();
    return new ListenAddress(host, address.getPort()).toString();
  }
}
