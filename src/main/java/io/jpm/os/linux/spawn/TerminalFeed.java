package io.jpm.os.linux.spawn;

import io.jpm.os.Forking;
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

/// Carries what an app writes to its terminal into its log pipe: a `cat` for each such app, in a
/// session of its own. So the rest of jpm knows nothing of terminals.
///
/// It is a process because the end of a terminal that is read must not be closed while the app
/// lives, whatever becomes of the daemon, and because the next daemon could not always get it back:
/// `pidfd_getfd(2)` is not for ordinary users where Yama is strict, and an app whose terminal
/// nobody reads stops. It ends by itself with the last process that has the terminal open, and when
/// nobody can ever read the pipe again.
final class TerminalFeed {
  private static final int STRUCT_BYTES = 512;

  private TerminalFeed() {}

  /// Starts it.
  ///
  /// @param attributes for `posix_spawn`
  /// @param master the end of the terminal that is read
  /// @param fifo the pipe; somebody has it open for reading
  /// @return its pid; it is a child of the daemon
  static int start(MemorySegment attributes, int master, Path fifo) throws IOException {
    Path cat = cat();
    try (Descriptors descriptors = new Descriptors();
        Arena arena = Arena.ofConfined()) {
      // For writing only: it must not be its own reader when the app and the daemon are gone.
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
          Forking.alone(() -> Libc.spawn(pid, path, actions, attributes, argv, environment));
      Libc.destroyActions(actions);
      if (errno != 0) {
        throw new ErrnoException(
            cat + ", which reads the app's terminal, cannot be started: " + Errno.words(errno),
            errno);
      }
      return pid.get(ValueLayout.JAVA_INT, 0);
    }
  }

  private static int open(Path path, int flags) throws ErrnoException {
    int fd = Libc.open(path, flags, 0);
    if (fd < 0) {
      throw new ErrnoException("cannot open " + path + ": " + Errno.words(-fd), -fd);
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
            new IOException("an app with a terminal needs the program cat on the daemon's PATH"));
  }
}
