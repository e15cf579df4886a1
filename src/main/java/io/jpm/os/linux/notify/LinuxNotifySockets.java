package io.jpm.os.linux.notify;

import io.jpm.model.RunAs;
import io.jpm.os.NotifyRequest;
import io.jpm.os.NotifySocket;
import io.jpm.os.NotifySockets;
import io.jpm.os.linux.credentials.UserDatabase;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.NotifyCalls;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.libc.UnixAddress;
import io.jpm.os.linux.proc.DaemonIdentity;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Opens notify sockets and reads them on one thread, which is started when the first socket is
/// opened.
public final class LinuxNotifySockets implements NotifySockets, AutoCloseable {
  private final DaemonIdentity daemonIdentity;
  private final Set<LinuxNotifySocket> sockets = ConcurrentHashMap.newKeySet();

  /// Null until the first socket is opened. Guarded by `this`, as is [#closed].
  private @Nullable Reactor reactor;

  private boolean closed;

  public LinuxNotifySockets(DaemonIdentity daemonIdentity) {
    this.daemonIdentity = daemonIdentity;
  }

  @Override
  public NotifySocket open(NotifyRequest request, Consumer<List<String>> heard) throws IOException {
    Optional<Integer> other = user(request.runAs());
    Optional<Path> file =
        request.address().startsWith("/")
            ? Optional.of(Path.of(request.address()))
            : Optional.empty();
    if (file.isPresent()) {
      makeRoom(file.get(), other.isPresent());
    }
    int fd = bind(request.address());
    try {
      if (file.isPresent()) {
        giveTo(file.get(), other);
      }
      Set<Integer> users = new HashSet<>(List.of(0, daemonIdentity.user()));
      other.ifPresent(users::add);
      var origin = new LinuxNotifySocket.Origin(fd, file, Set.copyOf(users), daemonIdentity);
      return kept(origin, heard);
    } catch (IOException | RuntimeException fault) {
      Libc.close(fd);
      if (file.isPresent()) {
        Files.deleteIfExists(file.get());
      }
      throw fault;
    }
  }

  private NotifySocket kept(LinuxNotifySocket.Origin origin, Consumer<List<String>> heard) {
    var socket = new LinuxNotifySocket(reactor(), origin, heard, sockets::remove);
    sockets.add(socket);
    return socket;
  }

  private synchronized Reactor reactor() {
    if (closed) {
      throw new IllegalStateException("the process host is closed");
    }
    Reactor running = reactor == null ? new Reactor("jpm-notices") : reactor;
    reactor = running;
    return running;
  }

  /// Returns the user that the app runs as; empty if it is the daemon's user.
  private Optional<Integer> user(RunAs runAs) throws IOException {
    if (runAs.user().isEmpty()) {
      return Optional.empty();
    }
    return UserDatabase.user(runAs.user().get())
        .map(UserDatabase.User::uid)
        .filter(uid -> uid != daemonIdentity.user());
  }

  /// Creates the directories for the socket and removes an old file. If `forOthers` is true, other
  /// users may traverse the directories but not list them.
  private static void makeRoom(Path file, boolean forOthers) throws IOException {
    var permissions = PosixFilePermissions.fromString(forOthers ? "rwx--x--x" : "rwx------");
    Path folder = file.getParent();
    if (folder == null) {
      throw new IOException("NOTIFY_SOCKET=" + file + " is not the path of a file");
    }
    for (Path one : forOthers ? List.of(above(folder), folder) : List.of(folder)) {
      try {
        Files.createDirectory(one);
        // Set after the creation, because the umask restricts the permissions passed to mkdir(2).
        Files.setPosixFilePermissions(one, permissions);
      } catch (FileAlreadyExistsException there) {
        if (!Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS)) {
          throw there;
        }
      }
    }
    Files.deleteIfExists(file);
  }

  private static Path above(Path folder) {
    Path parent = folder.getParent();
    return parent == null ? folder : parent;
  }

  private static int bind(String address) throws IOException {
    int fd = NotifyCalls.socket();
    int result = fd;
    if (fd >= 0) {
      try (Arena arena = Arena.ofConfined()) {
        Optional<MemorySegment> encoded = UnixAddress.encode(arena, address);
        result = encoded.map(it -> SocketCalls.bind(fd, it)).orElse(-Errno.EINVAL);
      }
    }
    if (result < 0) {
      if (fd >= 0) {
        Libc.close(fd);
      }
      throw new IOException(
          "cannot open the notify socket %s: %s".formatted(address, Errno.message(-result)));
    }
    return fd;
  }

  private static void giveTo(Path file, Optional<Integer> owner) throws IOException {
    if (owner.isPresent()) {
      Files.setAttribute(file, "unix:uid", owner.get(), LinkOption.NOFOLLOW_LINKS);
    }
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  @Override
  public void close() {
    Reactor running;
    synchronized (this) {
      closed = true;
      running = reactor;
    }
    sockets.forEach(LinuxNotifySocket::abandon);
    if (running != null) {
      running.close();
    }
  }
}
