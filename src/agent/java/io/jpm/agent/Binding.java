package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;

/// Gives servers the sockets that all processes of the app share. Called by the JDK's server
/// sockets in the place of `Net.bind`.
final class Binding {
  private final Jdk jdk;
  private final Descriptors descriptors;
  private final List<InheritedSocket> sockets;

  /// The servers that have been given one; a descriptor equals only itself.
  private final Map<FileDescriptor, InheritedSocket> servers =
      Collections.synchronizedMap(new WeakHashMap<>());

  /// The servers that have a socket of their own, where the process is alone.
  private final Set<FileDescriptor> own =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final Entrances entrances;
  private final boolean alone;
  private volatile boolean begun;

  /// @param alone whether the app has no other process: then a socket is a server's own, and is not
  ///   kept beside it
  Binding(
      Jdk jdk,
      Descriptors descriptors,
      List<InheritedSocket> sockets,
      Entrances entrances,
      boolean alone) {
    this.jdk = jdk;
    this.descriptors = descriptors;
    this.sockets = new ArrayList<>(sockets);
    this.entrances = entrances;
    this.alone = alone;
  }

  /// From now on; before, everything is as without us.
  void begin() {
    begun = true;
  }

  /// Whether it is a server that shares.
  boolean shared(FileDescriptor fd) {
    return servers.containsKey(fd) || entrances.has(fd);
  }

  /// Whether it is a server that takes no connection while the process drains.
  boolean drains(FileDescriptor fd) {
    return shared(fd) || own.contains(fd);
  }

  /// What nobody listens on by now is not needed any more. Under each number lies standard input
  /// instead: nothing else may ever be taken for one of them.
  synchronized void settled() {
    if (alone) {
      sockets.forEach(it -> cover(it.number()));
      sockets.clear();
    }
  }

  /// A descriptor is about to be closed.
  void close(FileDescriptor fd) throws IOException {
    Optional<InheritedSocket> socket = entrances.close(fd);
    if (alone) {
      // So the port is closed with the server.
      socket.ifPresent(it -> cover(it.number()));
    }
  }

  private void cover(int number) {
    try {
      jdk.duplicate(0, number);
    } catch (IOException withoutStandardInput) {
      // Ignored because it only keeps a port that nobody wants.
    }
  }

  /// A server channel is bound.
  ///
  /// @param family the channel's
  void bind(ProtocolFamily family, FileDescriptor fd, InetAddress address, int port)
      throws IOException {
    if (!share(jdk.isIpv6(family), fd, address, port)) {
      jdk.bind(family, fd, address, port);
      keepsOwn(fd);
    }
  }

  /// A socket of the usual family is bound.
  ///
  /// @param server whether it is one that accepts connections
  void bind(FileDescriptor fd, InetAddress address, int port, boolean server) throws IOException {
    if (!server || !share(jdk.isIpv6(StandardProtocolFamily.INET6), fd, address, port)) {
      jdk.bind(fd, address, port);
      if (server) {
        keepsOwn(fd);
      }
    }
  }

  /// One that blocks could not be kept from taking a last connection: it would be in `accept(2)`.
  private void keepsOwn(FileDescriptor fd) throws IOException {
    if (alone) {
      jdk.configureBlocking(fd, false);
      own.add(fd);
      entrances.bound(fd, jdk.number(fd));
    }
  }

  /// A channel is to block or not. What is said of a shared socket holds in all processes, and they
  /// must never wait in `accept(2)` for what another process has taken already; a server that
  /// blocks waits in `poll(2)` as well.
  void configureBlocking(FileDescriptor fd, boolean on) throws IOException {
    if (!on || !drains(fd)) {
      jdk.configureBlocking(fd, on);
    }
  }

  private synchronized boolean share(boolean ipv6, FileDescriptor fd, InetAddress address, int port)
      throws IOException {
    if (!begun || port == 0) {
      return false;
    }
    List<InheritedSocket> family = sockets.stream().filter(it -> it.ipv6() == ipv6).toList();
    // First what is bound to it already: one that is not might be bound to the same beside it.
    for (InheritedSocket socket : family) {
      if (isAt(socket, address, port)) {
        return put(socket, fd);
      }
    }
    for (InheritedSocket socket : family) {
      if (bound(socket, address, port)) {
        return put(socket, fd);
      }
    }
    return false;
  }

  /// Binds it where it is not bound yet.
  ///
  /// @return whether it is bound to the address now, by whichever process
  private boolean bound(InheritedSocket socket, InetAddress address, int port) throws IOException {
    FileDescriptor fd = jdk.descriptor(socket.number());
    if (jdk.localAddress(fd).getPort() != 0) {
      return isAt(socket, address, port);
    }
    try {
      jdk.bind(socket.family(), fd, address, port);
      return true;
    } catch (IOException error) {
      if (jdk.localAddress(fd).getPort() == 0) {
        throw error;
      }
      return isAt(socket, address, port); // another process was faster
    }
  }

  private boolean isAt(InheritedSocket socket, InetAddress address, int port) throws IOException {
    InetSocketAddress local = jdk.localAddress(jdk.descriptor(socket.number()));
    InetAddress own = local.getAddress();
    return local.getPort() == port
        && (own.equals(address) || (own.isAnyLocalAddress() && address.isAnyLocalAddress()));
  }

  /// Puts the shared socket where the server's own was.
  ///
  /// @return false where the process serves it already, and must hear that the address is in use
  private boolean put(InheritedSocket socket, FileDescriptor fd) throws IOException {
    if (serves(socket) && !jdk.reusesPort(fd)) {
      return false;
    }
    if (entrances.wantedNow()) {
      entrances.make(socket, fd);
      if (alone) {
        sockets.remove(socket);
        entrances.bound(fd, socket.number());
      }
      return true;
    }
    jdk.duplicate(socket.number(), jdk.number(fd));
    jdk.configureBlocking(fd, false);
    servers.put(fd, socket);
    if (alone) {
      sockets.remove(socket);
      cover(socket.number());
      entrances.bound(fd, jdk.number(fd));
    }
    return true;
  }

  private boolean serves(InheritedSocket socket) {
    if (entrances.have(socket)) {
      return true;
    }
    synchronized (servers) {
      return servers.entrySet().stream()
          .anyMatch(it ->
              it.getValue().equals(socket)
                  && descriptors.same(jdk.number(it.getKey()), socket.number()));
    }
  }
}
