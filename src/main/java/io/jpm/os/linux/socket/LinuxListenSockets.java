package io.jpm.os.linux.socket;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.keeper.SocketStore;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.PidFd;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The listening sockets of this daemon, including those that a former daemon left with the keeper.
public final class LinuxListenSockets implements ListenSocketRegistry, AutoCloseable {
  private static final int MOST_KEY_BYTES = 1024;

  private final Set<SingleUseListener> singleUseListeners = ConcurrentHashMap.newKeySet();

  /// The open sockets by key. This and all fields below are guarded by `this`.
  private final Map<String, LinuxListenSocket> open = new LinkedHashMap<>();

  private final SocketStore store = new SocketStore();
  private final PortOwnerFinder holders;
  private final DaemonIdentity daemonIdentity;
  private Optional<Reactor> reactor = Optional.empty();

  /// Creates a registry without any sockets.
  ///
  /// @param holders finds other processes that listen on an address
  /// @param daemonIdentity the identity of the daemon
  public LinuxListenSockets(PortOwnerFinder holders, DaemonIdentity daemonIdentity) {
    this.holders = holders;
    this.daemonIdentity = daemonIdentity;
  }

  @Override
  public synchronized ListenSocket open(String key, ListenRequest listenRequest)
      throws ListenException {
    checkKey(key);
    Set<Long> own =
        open.values().stream().map(LinuxListenSocket::inode).collect(Collectors.toSet());
    return keep(key, new SocketCreation(holders, own).make(listenRequest), Optional.empty());
  }

  @Override
  public synchronized ListenSocket open(String key, UnixListenRequest wish) throws ListenException {
    checkKey(key);
    if (key.indexOf(LinuxListenSocket.KEY_END) >= 0) {
      throw new IllegalArgumentException("the name of a new socket contains a tab: " + key);
    }
    UnixSocketCreation.Made made = UnixSocketCreation.make(wish);
    return keep(key, made.fd(), made.file());
  }

  @Override
  public synchronized ListenSocket duplicate(String key, ProcessIdentity process, long inode)
      throws ListenException {
    checkKey(key);
    int fd = SocketDuplicator.duplicate(process, inode, daemonIdentity);
    LinuxListenSocket socket =
        new LinuxListenSocket(key, fd, Optional.empty(), true, this::reactor, this::forget);
    open.put(key, socket);
    return socket;
  }

  @Override
  public synchronized ListenSocket recover(String key, ProcessIdentity process, long inode)
      throws ListenException {
    LinuxListenSocket known = open.get(key);
    if (known != null) {
      return known;
    }
    checkKey(key);
    int fd = SocketDuplicator.duplicate(process, inode, daemonIdentity);
    if (!SocketCalls.isMadeToListen(daemonIdentity.user(), fd)) {
      Libc.close(fd);
      throw new ListenException("the socket was not created by a daemon", Errno.EPERM);
    }
    return keep(key, fd, Optional.empty());
  }

  private void checkKey(String key) {
    boolean bad =
        key.isEmpty()
            || key.chars().anyMatch(c -> c == '\n' || c == '\r')
            || key.getBytes(StandardCharsets.UTF_8).length > MOST_KEY_BYTES;
    if (bad || open.containsKey(key)) {
      throw new IllegalArgumentException(
          "the name of a new socket is invalid or already in use: " + key);
    }
  }

  private LinuxListenSocket keep(String key, int fd, Optional<SocketFile> file) {
    int kept = OpenFileLimit.ofDaemon().moveUp(fd);
    LinuxListenSocket made = add(key, kept, file);
    store.add(new SocketStore.Entry(made.storeName(), kept), entries());
    return made;
  }

  /// @param fd the descriptor, which was already moved to its final number
  private LinuxListenSocket add(String key, int fd, Optional<SocketFile> file) {
    LinuxListenSocket socket = new LinuxListenSocket(key, fd, file, this::reactor, this::forget);
    open.put(key, socket);
    return socket;
  }

  @Override
  public SingleUseEndpoint listenOnce(Consumer<AcceptedConnection> consumer)
      throws ListenException {
    var entrance = SingleUseListener.open(this::reactor, consumer, singleUseListeners::remove);
    singleUseListeners.add(entrance);
    return entrance;
  }

  @Override
  public synchronized Optional<ListenSocket> find(String key) {
    return Optional.ofNullable(open.get(key));
  }

  @Override
  public synchronized List<ListenSocket> all() {
    return List.copyOf(open.values());
  }

  /// Returns a duplicate of an open socket, which the caller must close. The duplicate is
  /// close-on-exec.
  ///
  /// @throws IOException with a message for the user if there is no such socket
  public int duplicate(String key) throws IOException {
    LinuxListenSocket socket;
    synchronized (this) {
      socket = open.get(key);
    }
    int fd = socket == null ? -Errno.EBADF : socket.duplicate();
    if (fd == -Errno.EBADF) {
      throw new IOException("the listening socket '" + key + "' is no longer open");
    }
    if (fd < 0) {
      throw new ErrnoException("cannot duplicate a descriptor: " + Errno.message(-fd), -fd);
    }
    return fd;
  }

  /// Returns the two ends of the fd store for a new keeper.
  public synchronized int[] ends() {
    return store.ends();
  }

  /// Recovers the sockets that a former daemon left with this keeper. From now on, sockets opened
  /// by this daemon are also stored with the keeper.
  ///
  /// @return whether the keeper has a store for sockets
  public synchronized boolean takeFrom(PidFd keeper) {
    Optional<List<SocketStore.Entry>> found = store.takeFrom(keeper);
    if (found.isEmpty()) {
      return false;
    }
    for (SocketStore.Entry entry : found.get()) {
      Optional<String> path = SocketCalls.localPath(entry.fd());
      int end = path.isEmpty() ? -1 : entry.key().indexOf(LinuxListenSocket.KEY_END);
      String key = end < 0 ? entry.key() : entry.key().substring(0, end);
      if (key.isEmpty() || open.containsKey(key)) {
        Libc.close(entry.fd()); // a duplicate or an invalid entry
      } else {
        String rest = end < 0 ? "" : entry.key().substring(end + 1);
        int fd = OpenFileLimit.ofDaemon().moveUp(entry.fd());
        add(key, fd, path.flatMap(it -> SocketFile.of(it, rest)));
      }
    }
    rewrite();
    return true;
  }

  private synchronized void forget(LinuxListenSocket socket) {
    if (open.remove(socket.key(), socket) && !socket.isBorrowed()) {
      rewrite();
    }
  }

  private void rewrite() {
    store.keepOnly(entries());
  }

  private List<SocketStore.Entry> entries() {
    return open.values().stream()
        .filter(socket -> !socket.isBorrowed())
        .map(socket -> new SocketStore.Entry(socket.storeName(), socket.descriptor()))
        .filter(entry -> entry.fd() >= 0)
        .toList();
  }

  private synchronized Reactor reactor() {
    Reactor made = reactor.orElseGet(() -> new Reactor("jpm-accept"));
    reactor = Optional.of(made);
    return made;
  }

  /// Closes all sockets of the daemon. The keeper keeps its own descriptors.
  @Override
  public void close() {
    List<LinuxListenSocket> all;
    Optional<Reactor> thread;
    synchronized (this) {
      all = List.copyOf(open.values());
      open.clear();
      thread = reactor;
      reactor = Optional.empty();
    }
    all.forEach(LinuxListenSocket::release);
    singleUseListeners.forEach(SingleUseListener::close);
    thread.ifPresent(Reactor::close);
    synchronized (this) {
      store.close();
    }
  }
}
