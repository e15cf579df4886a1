package io.jpm.os.linux.socket;

import io.jpm.model.RunAs;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.UnixListenRequest;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.libc.UnixPath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Creates listening unix sockets (`unix(7)`).
final class UnixSocketCreation {
  private UnixSocketCreation() {}

  /// A listening socket.
  ///
  /// @param fd the descriptor, which is close-on-exec and non-blocking
  /// @param file the file through which clients connect; empty for a name in the abstract namespace
  record Made(int fd, Optional<SocketFile> file) {}

  static Made make(UnixListenRequest wish) throws ListenException {
    byte[] bytes = SurrogateEscape.toBytes(wish.path());
    if (bytes.length > UnixPath.MOST_PATH_BYTES || bytes.length == 0) {
      throw new ListenException(
          "%s cannot be used as a unix socket: its path must have 1 to %d bytes, not %d"
              .formatted(UnixPath.format(wish.path()), UnixPath.MOST_PATH_BYTES, bytes.length),
          Errno.EINVAL);
    }
    int fd = SocketCalls.socket(Libc.AF_UNIX, Libc.SOCK_STREAM);
    if (fd < 0) {
      throw SocketErrorExplainer.unavailable("a socket", -fd);
    }
    try {
      ChildCredentials childCredentials = rights(wish);
      check(bind(fd, bytes, childCredentials), wish.path(), childCredentials);
      Optional<SocketFile> file =
          UnixPath.isAbstract(wish.path())
              ? Optional.empty()
              : SocketFile.made(wish.path(), wish.runAs());
      int result = SocketCalls.listen(fd, SocketCreation.backlog(wish.backlog()));
      if (result < 0) {
        file.ifPresent(SocketFile::remove);
      }
      check(result, wish.path(), childCredentials);
      return new Made(fd, file);
    } catch (ListenException failure) {
      Libc.close(fd);
      throw failure;
    }
  }

  private static void check(int result, String path, ChildCredentials childCredentials)
      throws ListenException {
    if (result < 0) {
      throw SocketErrorExplainer.explain(path, childCredentials, -result);
    }
  }

  private static int bind(int fd, byte[] path, ChildCredentials childCredentials)
      throws ListenException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment encoded = UnixPath.encode(arena, path);
      if (childCredentials.isDaemon()) {
        return SocketCalls.bind(fd, encoded);
      }
      // With other credentials, only functions that have been called before may be called.
      SocketCalls.bind(-1, encoded);
      return CredentialThread.call(childCredentials, () -> SocketCalls.bind(fd, encoded));
    } catch (IOException e) {
      throw new ListenException(String.valueOf(e.getMessage()), errno(e));
    }
  }

  private static int errno(IOException e) {
    return e instanceof ErrnoException known ? known.errno() : Errno.EACCES;
  }

  /// Returns the daemon's umask; empty if the kernel does not report it.
  private static OptionalInt umask() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("Umask:"))
          .mapToInt(line -> Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
          .findFirst();
    } catch (IOException | NumberFormatException olderKernel) {
      return OptionalInt.empty();
    }
  }

  private static ChildCredentials rights(UnixListenRequest wish) throws ListenException {
    RunAs runAs = wish.runAs();
    try {
      ChildCredentials all = ChildCredentials.of(runAs);
      OptionalInt umask = all.umask().equals(umask()) ? OptionalInt.empty() : all.umask();
      return new ChildCredentials(all.identity(), OptionalInt.empty(), umask, all.environment());
    } catch (IOException e) {
      throw new ListenException(wish.path() + ": " + e.getMessage(), Errno.EACCES);
    }
  }
}
