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

/// Binds servers to the sockets that the process has inherited. The JDK's server sockets call this
/// class instead of `Net.bind`.
final class SharedSocketBinder {
  private final JdkSockets jdkSockets;
  private final DescriptorInspector descriptorInspector;
  private final List<InheritedSocket> sockets;

  /// The servers that use an inherited socket. The keys are descriptor objects, which are compared
  /// by identity.
  private final Map<FileDescriptor, InheritedSocket> servers =
      Collections.synchronizedMap(new WeakHashMap<>());

  /// In fork mode, the servers that do not use an inherited socket.
  private final Set<FileDescriptor> own =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final ProbedListeners probedListeners;
  private final boolean alone;
  private volatile boolean begun;

  /// @param alone whether the process is in fork mode. In fork mode, an inherited socket belongs to
  ///   one server, and no other descriptor of the socket is kept.
  SharedSocketBinder(
      JdkSockets jdkSockets,
      DescriptorInspector descriptorInspector,
      List<InheritedSocket> sockets,
      ProbedListeners probedListeners,
      boolean alone) {
    this.jdkSockets = jdkSockets;
    this.descriptorInspector = descriptorInspector;
    this.sockets = new ArrayList<>(sockets);
    this.probedListeners = probedListeners;
    this.alone = alone;
  }

  /// Enables sharing. Before this call, servers are bound as if there were no agent.
  void enable() {
    begun = true;
  }

  /// Reports whether a server uses an inherited socket.
  boolean isShared(FileDescriptor fd) {
    return servers.containsKey(fd) || probedListeners.has(fd);
  }

  /// Reports whether a server must stop accepting connections while the process drains.
  boolean stopsOnDrain(FileDescriptor fd) {
    return isShared(fd) || own.contains(fd);
  }

  /// In fork mode, closes the inherited sockets that no server has used so far. Their descriptor
  /// numbers then refer to standard input, so no other file can be mistaken for one of the sockets.
  synchronized void closeUnused() {
    if (alone) {
      sockets.forEach(it -> replaceByStdin(it.number()));
      sockets.clear();
    }
  }

  /// Releases the sockets of a server that is about to close its descriptor.
  void close(FileDescriptor fd) throws IOException {
    Optional<InheritedSocket> socket = probedListeners.close(fd);
    if (alone) {
      // Closes the port together with the server.
      socket.ifPresent(it -> replaceByStdin(it.number()));
    }
  }

  private void replaceByStdin(int number) {
    try {
      jdkSockets.duplicate(0, number);
    } catch (IOException withoutStandardInput) {
      // Ignored: the only effect is that an unused port stays open.
    }
  }

  /// Binds a server channel.
  ///
  /// @param family the protocol family of the channel
  void bind(ProtocolFamily family, FileDescriptor fd, InetAddress address, int port)
      throws IOException {
    if (!share(jdkSockets.isIpv6(family), fd, address, port)) {
      jdkSockets.bind(family, fd, address, port);
      keepsOwn(fd);
    }
  }

  /// Binds a socket of the default family.
  ///
  /// @param server whether the socket accepts connections
  void bind(FileDescriptor fd, InetAddress address, int port, boolean server) throws IOException {
    if (!server || !share(jdkSockets.isIpv6(StandardProtocolFamily.INET6), fd, address, port)) {
      jdkSockets.bind(fd, address, port);
      if (server) {
        keepsOwn(fd);
      }
    }
  }

  /// In fork mode, makes the server's own socket non-blocking. A server that blocks in `accept(2)`
  /// could not be prevented from accepting one last connection.
  private void keepsOwn(FileDescriptor fd) throws IOException {
    if (alone) {
      jdkSockets.configureBlocking(fd, false);
      own.add(fd);
      probedListeners.bound(fd, jdkSockets.number(fd));
    }
  }

  /// Sets whether a channel blocks, but keeps a shared socket non-blocking. The setting applies to
  /// all processes that share the socket, and none of them must block in `accept(2)` for a
  /// connection that another process has already accepted. A blocking server still works, because
  /// it waits in `poll(2)`.
  void configureBlocking(FileDescriptor fd, boolean on) throws IOException {
    if (!on || !stopsOnDrain(fd)) {
      jdkSockets.configureBlocking(fd, on);
    }
  }

  private synchronized boolean share(boolean ipv6, FileDescriptor fd, InetAddress address, int port)
      throws IOException {
    if (!begun || port == 0) {
      return false;
    }
    List<InheritedSocket> family = sockets.stream().filter(it -> it.ipv6() == ipv6).toList();
    // Sockets that are already bound to the address come first, because an unbound socket might be
    // bound to it as well.
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

  /// Binds the socket if it is not bound yet.
  ///
  /// @return whether the socket is now bound to the address, regardless of which process bound it
  private boolean bound(InheritedSocket socket, InetAddress address, int port) throws IOException {
    FileDescriptor fd = jdkSockets.descriptor(socket.number());
    if (jdkSockets.localAddress(fd).getPort() != 0) {
      return isAt(socket, address, port);
    }
    try {
      jdkSockets.bind(socket.family(), fd, address, port);
      return true;
    } catch (IOException error) {
      if (jdkSockets.localAddress(fd).getPort() == 0) {
        throw error;
      }
      return isAt(socket, address, port); // another process was faster
    }
  }

  private boolean isAt(InheritedSocket socket, InetAddress address, int port) throws IOException {
    InetSocketAddress local = jdkSockets.localAddress(jdkSockets.descriptor(socket.number()));
    InetAddress own = local.getAddress();
    return local.getPort() == port
        && (own.equals(address) || (own.isAnyLocalAddress() && address.isAnyLocalAddress()));
  }

  /// Replaces the server's own socket with the shared one.
  ///
  /// @return false if the process already uses the shared socket. The server must then fail because
  ///   the address is in use.
  private boolean put(InheritedSocket socket, FileDescriptor fd) throws IOException {
    if (serves(socket) && !jdkSockets.reusesPort(fd)) {
      return false;
    }
    if (probedListeners.enabledNow()) {
      probedListeners.create(socket, fd);
      if (alone) {
        sockets.remove(socket);
        probedListeners.bound(fd, socket.number());
      }
      return true;
    }
    jdkSockets.duplicate(socket.number(), jdkSockets.number(fd));
    jdkSockets.configureBlocking(fd, false);
    servers.put(fd, socket);
    if (alone) {
      sockets.remove(socket);
      replaceByStdin(socket.number());
      probedListeners.bound(fd, jdkSockets.number(fd));
    }
    return true;
  }

  private boolean serves(InheritedSocket socket) {
    if (probedListeners.isUsed(socket)) {
      return true;
    }
    synchronized (servers) {
      return servers.entrySet().stream()
          .anyMatch(it ->
              it.getValue().equals(socket)
                  && descriptorInspector.same(jdkSockets.number(it.getKey()), socket.number()));
    }
  }
}
