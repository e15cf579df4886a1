package io.jpm.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Calls the methods of `sun.nio.ch` that the hooks need. These methods are the same in Java 17 to
/// 25, and are accessible only through method handles.
final class JdkSockets {
  private static final String NETWORKING = "sun.nio.ch";
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEPORT = 15;
  private static final int EPOLL_CTL_ADD = 1;
  private static final int EPOLL_CTL_DEL = 2;

  private final MethodHandles.Lookup networking;
  private final MethodHandle bind;
  private final MethodHandle bindAny;
  private final MethodHandle accept;
  private final MethodHandle localAddress;
  private final MethodHandle option;
  private final MethodHandle poll;
  private final MethodHandle listen;
  private final MethodHandle duplicate;
  private final MethodHandle duplicateAnywhere;
  private final MethodHandle close;
  private final MethodHandle epoll;
  private final MethodHandle control;
  private final MethodHandle number;
  private final MethodHandle descriptor;
  private final MethodHandle blocking;
  private final MethodHandle read;
  private final MethodHandle readv;
  private final MethodHandle write;
  private final MethodHandle writev;
  private final boolean ipv6;
  private final short pollIn;

  private JdkSockets(MethodHandles.Lookup net) throws ReflectiveOperationException {
    networking = net;
    Class<?> type = net.lookupClass();
    Class<?> util = net.findClass(NETWORKING + ".IOUtil");
    Class<FileDescriptor> fd = FileDescriptor.class;
    Class<InetAddress> address = InetAddress.class;
    bind =
        net.findStatic(
            type, "bind", methodType(void.class, ProtocolFamily.class, fd, address, int.class));
    bindAny = net.findStatic(type, "bind", methodType(void.class, fd, address, int.class));
    accept =
        net.findStatic(type, "accept", methodType(int.class, fd, fd, InetSocketAddress[].class));
    localAddress = net.findStatic(type, "localAddress", methodType(InetSocketAddress.class, fd));
    option =
        net.findStatic(
            type, "getIntOption0", methodType(int.class, fd, boolean.class, int.class, int.class));
    poll = net.findStatic(type, "poll", methodType(int.class, fd, int.class, long.class));
    listen = net.findStatic(type, "listen", methodType(void.class, fd, int.class));
    duplicate = find("InheritedChannel", "dup2", methodType(void.class, int.class, int.class));
    duplicateAnywhere = find("InheritedChannel", "dup", methodType(int.class, int.class));
    close = find("InheritedChannel", "close0", methodType(void.class, int.class));
    epoll = find("EPoll", "create", methodType(int.class));
    control =
        find("EPoll", "ctl", methodType(int.class, int.class, int.class, int.class, int.class));
    number = net.findStatic(util, "fdVal", methodType(int.class, fd));
    descriptor = net.findStatic(util, "newFD", methodType(fd, int.class));
    blocking = net.findStatic(util, "configureBlocking", methodType(void.class, fd, boolean.class));
    read = transfer("read0", int.class);
    readv = transfer("readv0", long.class);
    write = transfer("write0", int.class);
    writev = transfer("writev0", long.class);
    ipv6 = isIpv6Available(net, type);
    pollIn = (short) net.findStaticVarHandle(type, "POLLIN", short.class).get();
  }

  /// Opens the JDK's packages to the agent and finds the methods.
  ///
  /// @throws ReflectiveOperationException if this JVM lacks one of the methods
  static JdkSockets open(Instrumentation jvm) throws ReflectiveOperationException {
    Set<Module> us = Set.of(JdkSockets.class.getModule());
    Map<String, Set<Module>> opened = Map.of(NETWORKING, us, "jdk.internal.misc", us);
    jvm.redefineModule(Object.class.getModule(), Set.of(), Map.of(), opened, Set.of(), Map.of());
    Class<?> net = Class.forName(NETWORKING + ".Net", true, null);
    return new JdkSockets(MethodHandles.privateLookupIn(net, MethodHandles.lookup()));
  }

  private static boolean isIpv6Available(MethodHandles.Lookup net, Class<?> type)
      throws ReflectiveOperationException {
    MethodHandle available = net.findStatic(type, "isIPv6Available", methodType(boolean.class));
    try {
      return (boolean) available.invokeExact();
    } catch (Throwable error) {
      throw unchecked(error);
    }
  }

  private MethodHandle find(String owner, String name, MethodType method)
      throws ReflectiveOperationException {
    Class<?> type = networking.findClass(NETWORKING + "." + owner);
    return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
        .findStatic(type, name, method);
  }

  /// Finds a native method that transfers bytes. The class of the method depends on the Java
  /// version.
  private MethodHandle transfer(String name, Class<?> result) throws ReflectiveOperationException {
    NoSuchMethodException missing = new NoSuchMethodException(name);
    for (String owner : List.of("SocketDispatcher", "FileDispatcherImpl")) {
      try {
        return find(owner, name, methodType(result, FileDescriptor.class, long.class, int.class));
      } catch (NoSuchMethodException error) {
        missing.addSuppressed(error);
      }
    }
    throw missing;
  }

  /// Returns a lookup with full access to `sun.nio.ch`.
  MethodHandles.Lookup networking() {
    return networking;
  }

  /// Reports whether a server's socket is an IPv6 socket.
  ///
  /// @param family the family with which the channel was opened; `UNSPEC` if none was given
  boolean isIpv6(ProtocolFamily family) {
    return ipv6 && family != StandardProtocolFamily.INET;
  }

  /// Calls `bind(2)`.
  void bind(ProtocolFamily family, FileDescriptor fd, InetAddress address, int port)
      throws IOException {
    try {
      bind.invokeExact(family, fd, address, port);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `bind(2)` for a socket of the default family.
  void bind(FileDescriptor fd, InetAddress address, int port) throws IOException {
    try {
      bindAny.invokeExact(fd, address, port);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `accept(2)`.
  int accept(FileDescriptor fd, FileDescriptor accepted, InetSocketAddress[] peer)
      throws IOException {
    try {
      return (int) accept.invokeExact(fd, accepted, peer);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `getsockname(2)`. Returns port 0 if the socket is not bound.
  InetSocketAddress localAddress(FileDescriptor fd) throws IOException {
    try {
      return (InetSocketAddress) localAddress.invokeExact(fd);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Reports whether the socket has SO_REUSEPORT.
  boolean reusesPort(FileDescriptor fd) throws IOException {
    try {
      return (int) option.invokeExact(fd, false, SOL_SOCKET, SO_REUSEPORT) != 0;
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Waits until the descriptor is readable.
  void awaitReadable(FileDescriptor fd) throws IOException {
    try {
      int ready = (int) poll.invokeExact(fd, (int) pollIn, -1L);
      assert ready != 0 : "poll(2) without a timeout must not time out";
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `dup2(2)`.
  void duplicate(int from, int to) throws IOException {
    try {
      duplicate.invokeExact(from, to);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `listen(2)`.
  void listen(FileDescriptor fd, int backlog) throws IOException {
    try {
      listen.invokeExact(fd, backlog);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `dup(2)`.
  int duplicate(int fd) throws IOException {
    try {
      return (int) duplicateAnywhere.invokeExact(fd);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `close(2)`.
  void close(int fd) throws IOException {
    try {
      close.invokeExact(fd);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `epoll_create1(2)`.
  int epoll() throws IOException {
    try {
      return (int) epoll.invokeExact();
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Adds `fd` to an epoll descriptor, which then reports when `fd` is readable or has a connection
  /// to accept.
  void watch(int epoll, int fd) throws IOException {
    control(epoll, EPOLL_CTL_ADD, fd);
  }

  /// Removes `fd` from the epoll descriptor; the opposite of [#watch].
  void forget(int epoll, int fd) throws IOException {
    control(epoll, EPOLL_CTL_DEL, fd);
  }

  private void control(int epoll, int how, int fd) throws IOException {
    int errno;
    try {
      errno = (int) control.invokeExact(epoll, how, fd, (int) pollIn);
    } catch (Throwable error) {
      throw rethrown(error);
    }
    if (errno != 0) {
      throw new IOException(
          "epoll_ctl operation " + how + " failed for descriptor " + fd + ": errno " + errno);
    }
  }

  /// Returns the number of a descriptor.
  int number(FileDescriptor fd) {
    try {
      return (int) number.invokeExact(fd);
    } catch (Throwable error) {
      throw unchecked(error);
    }
  }

  /// Returns a descriptor object for a number. The object does not own the descriptor and never
  /// closes it.
  FileDescriptor descriptor(int fd) {
    try {
      return (FileDescriptor) descriptor.invokeExact(fd);
    } catch (Throwable error) {
      throw unchecked(error);
    }
  }

  /// Sets or clears O_NONBLOCK.
  void configureBlocking(FileDescriptor fd, boolean on) throws IOException {
    try {
      blocking.invokeExact(fd, on);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `read(2)`. Negative results are those of `sun.nio.ch.IOStatus`.
  int read(FileDescriptor fd, long address, int length) throws IOException {
    try {
      return (int) read.invokeExact(fd, address, length);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `readv(2)`.
  long readv(FileDescriptor fd, long vector, int count) throws IOException {
    try {
      return (long) readv.invokeExact(fd, vector, count);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `write(2)`.
  int write(FileDescriptor fd, long address, int length) throws IOException {
    try {
      return (int) write.invokeExact(fd, address, length);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  /// Calls `writev(2)`.
  long writev(FileDescriptor fd, long vector, int count) throws IOException {
    try {
      return (long) writev.invokeExact(fd, vector, count);
    } catch (Throwable error) {
      throw rethrown(error);
    }
  }

  private static RuntimeException rethrown(Throwable error) throws IOException {
    if (error instanceof IOException io) {
      throw io;
    }
    return unchecked(error);
  }

  /// Rethrows an unchecked exception or an error as it is, and wraps any other throwable.
  static RuntimeException unchecked(Throwable error) {
    if (error instanceof RuntimeException usual) {
      throw usual;
    }
    if (error instanceof Error grave) {
      throw grave;
    }
    return new IllegalStateException(error);
  }
}
