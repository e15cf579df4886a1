package io.jpm.os.linux.socket;

import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocket;
import io.jpm.os.linux.libc.HeldDescriptor;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.proc.LinuxHandle;
import io.jpm.os.linux.proc.SocketLinks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// A listening socket of this daemon, created by this daemon or by a former one.
public final class LinuxListenSocket implements ListenSocket, LinuxHandle {
  /// Character that separates the key from the other data in the name of a socket in the fd store.
  static final char KEY_END = '\t';

  private final String key;
  private final long inode;
  private final boolean datagrams;
  private final HeldDescriptor descriptor;
  private final Acceptor acceptor;
  private final Optional<String> path;
  private final Optional<SocketFile> file;

  /// Whether the socket is known to be bound and to have SO_REUSEPORT set, like all sockets that
  /// this daemon has bound.
  private volatile boolean allowsAnother;

  /// Whether this is a duplicate of a process's own socket, to be passed to the process that
  /// replaces it.
  private final boolean borrowed;

  private final Consumer<LinuxListenSocket> onClose;

  /// @param fd the descriptor, which this object owns from now on
  /// @param file the file of a unix socket
  /// @param reactors provides the reactor that accepts connections when it is first needed
  /// @param onClose called before the socket is closed
  LinuxListenSocket(
      String key,
      int fd,
      Optional<SocketFile> file,
      Supplier<Reactor> reactors,
      Consumer<LinuxListenSocket> onClose) {
    this(key, fd, file, false, reactors, onClose);
  }

  /// @param borrowed whether this is a duplicate of a process's own socket
  LinuxListenSocket(
      String key,
      int fd,
      Optional<SocketFile> file,
      boolean borrowed,
      Supplier<Reactor> reactors,
      Consumer<LinuxListenSocket> onClose) {
    this.key = key;
    this.borrowed = borrowed;
    this.path = SocketCalls.localPath(fd);
    this.file = file;
    this.inode = inode(fd);
    this.datagrams =
        SocketCalls.option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_TYPE)
            == SocketCalls.SOCK_DGRAM;
    this.descriptor = new HeldDescriptor(fd);
    this.acceptor = new Acceptor(descriptor, key, reactors);
    this.onClose = onClose;
  }

  private static long inode(int fd) {
    try {
      return SocketLinks.inode(Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString());
    } catch (IOException withoutProc) {
      return -1;
    }
  }

  @Override
  public String key() {
    return key;
  }

  @Override
  public String type() {
    return datagrams ? "dgram.Native" : "net.Native";
  }

  @Override
  public Optional<InetSocketAddress> address() {
    // Read each time, because a process that has the socket may have just bound it.
    AtomicReference<Optional<InetSocketAddress>> address = new AtomicReference<>(Optional.empty());
    descriptor.with(fd -> {
      address.set(SocketCalls.localAddress(fd));
      return 0;
    });
    if (address.get().isPresent() && !allowsAnother && !datagrams && !borrowed) {
      allowsAnother = descriptor.with(SocketCreation::allowAnother) >= 0;
    }
    return address.get();
  }

  @Override
  public Optional<String> path() {
    return path;
  }

  @Override
  public boolean isReachable() {
    return file.map(SocketFile::isThere).orElse(true);
  }

  /// Reports whether this is a duplicate of a process's own socket. Such a duplicate is not stored
  /// with the keeper.
  boolean isBorrowed() {
    return borrowed;
  }

  @Override
  public boolean reusesPort() {
    return descriptor.with(
            fd -> SocketCalls.option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT))
        > 0;
  }

  @Override
  public boolean allowReusePort() {
    return descriptor.with(SocketCreation::allowAnother) >= 0;
  }

  @Override
  public boolean routeToNewer(int older, int newer) {
    return descriptor.with(fd -> ReuseportSelector.attach(fd, older, newer)) >= 0;
  }

  @Override
  public boolean pin(int older, InetAddress source) {
    Optional<InetSocketAddress> address = address();
    return address.isPresent()
        && descriptor.with(fd -> ReuseportPinner.begin(fd, address.get(), older, source)) >= 0;
  }

  @Override
  public void routeToAll() {
    descriptor.with(ReuseportSelector::detach);
  }

  @Override
  public boolean isIpv6() {
    return descriptor.with(
            fd -> SocketCalls.option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_DOMAIN))
        == SocketCalls.AF_INET6;
  }

  @Override
  public long inode() {
    return inode;
  }

  @Override
  public void accept(Consumer<AcceptedConnection> consumer) {
    acceptor.accept(consumer);
  }

  @Override
  public ServerSocketChannel channel() throws IOException {
    return ServerChannelFactory.of(descriptor);
  }

  @Override
  public void setBlocking() {
    descriptor.with(Libc::clearNonBlocking);
  }

  @Override
  public void pause() {
    acceptor.pause();
  }

  /// Returns the name of the socket in the fd store: the key, followed by other data for the next
  /// daemon.
  String storeName() {
    return file.map(it -> key + KEY_END + it.text()).orElse(key);
  }

  /// Returns the descriptor; negative if it is closed. The descriptor may be used only as long as
  /// no other thread can close it.
  int descriptor() {
    return descriptor.with(fd -> fd);
  }

  @Override
  public int duplicate() {
    return descriptor.duplicate(0);
  }

  @Override
  public void close() {
    onClose.accept(this);
    file.ifPresent(SocketFile::remove);
    release();
  }

  /// Closes only the daemon's descriptor, as when the daemon exits. The keeper keeps its own
  /// descriptor.
  void release() {
    acceptor.close();
    descriptor.close();
  }
}
