package io.jpm.os.linux.spawn;

import io.jpm.os.SpawnLock;
import io.jpm.os.linux.libc.Descriptors;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Copies the output of an app's terminal to its log pipe. For each app with a terminal, a `cat`
/// process in a session of its own copies the output, so the rest of jpm does not have to support
/// terminals.
///
/// A separate process is required because the master end of a terminal must stay open and be read
/// while the app is running, even if no daemon is running. Otherwise the app would block. The next
/// daemon could not always recover the master end, because a strict Yama setting does not permit
/// unprivileged users to call `pidfd_getfd(2)`.
///
/// The process exits when the terminal is closed by its last process, or when no process can read
/// the pipe any more.
final class TerminalFeed {
  private static final int STRUCT_BYTES = 512;

  private TerminalFeed() {}

  /// Starts the copying process.
  ///
  /// @param attributes the attributes for `posix_spawn`
  /// @param master the end of the terminal that is read
  /// @param fifo the log pipe, which must have a reader
  /// @return the pid of the process, which is a child of the daemon
  static int start(MemorySegment attributes, int master, Path fifo) throws IOException {
    Path cat = cat();
    try (Descriptors descriptors = new Descriptors();
        Arena arena = Arena.ofConfined()) {
      // Opened for writing only, so that the process does not count as a reader once the app and
      // the daemon have exited.
      int pipe = descriptors.keep(open(fifo, Libc.O_WRONLY));
      int devNull = descriptors.keep(open(Path.of("/dev/null"), Libc.O_RDWR));
      int root = descriptors.keep(open(Path.of("/"), Libc.O_PATH | Libc.O_DIRECTORY));
      MemorySegment actions = arena.allocate(STRUCT_BYTES, 16);
      Libc.initActions(actions);
      Libc.addDup2(actions, master, 0);
      Libc.addDup2(actions, pipe, 1);
      Libc.addDup2(actions, devNull, 2);
      Libc.addChangeFolder(actions, root);
      Libc.addCloseFrom(actions, 3);
      MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment argv = Spawner.strings(arena, List.of("cat"));
      MemorySegment environment = Spawner.strings(arena, List.of());
      MemorySegment path = Libc.text(arena, cat.toString());
      int errno =
          SpawnLock.runExclusively(
              () -> Libc.spawn(pid, path, actions, attributes, argv, environment));
      Libc.destroyActions(actions);
      if (errno != 0) {
        throw new ErrnoException(
            cat + ", which reads the app's terminal, cannot be started: " + Errno.message(errno),
            errno);
      }
      return pid.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static int open(Path path, int flags) throws ErrnoException {
    int fd = Libc.open(path, flags, 0);
    if (fd < 0) {
      throw new ErrnoException("cannot open " + path + ": " + Errno.message(-fd), -fd);
    }
    return fd;
  }

  private static Path cat() throws IOException {
    return Stream.concat(
            Stream.of("/bin", "/usr/bin"),
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder, "cat"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() ->
            new IOException(
                "pty requires the program cat, which is not on the PATH: install coreutils"));
  }
}
