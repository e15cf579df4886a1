package io.jpm.os.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// An open log file. All pipes into one and the same file (stdout and stderr merged, or a link)
/// share one description, so that they share its position too and none overwrites the other.
final class LogSink {
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  private final Key key;
  private final int fd;
  private final boolean seekable;
  private int users = 1;

  /// Set once `splice` was refused: from then on by read and write. Owned by the reactor.
  private boolean copying;

  private LogSink(Key key, int fd, boolean seekable) {
    this.key = key;
    this.fd = fd;
    this.seekable = seekable;
  }

  /// Which file it really is, whatever path led there.
  private record Key(Object device, Object inode) {}

  /// The files open now.
  static final class Shelf {
    private final Map<Key, LogSink> open = new HashMap<>();

    /// Opens `file` for appending, or takes the description that is open for it already.
    ///
    /// @throws IOException with a sentence for the user
    synchronized LogSink open(Path file) throws IOException {
      int fd = openFile(file);
      try {
        // The descriptor, not the path: it may be renamed or replaced at any moment.
        Map<String, Object> about =
            Files.readAttributes(Path.of("/proc/self/fd/" + fd), "unix:dev,ino,mode");
        Key key = new Key(about.getOrDefault("dev", 0L), about.getOrDefault("ino", 0L));
        LogSink known = open.get(key);
        if (known != null) {
          Libc.close(fd);
          known.users++;
          return known;
        }
        int mode = about.get("mode") instanceof Integer number ? number : REGULAR;
        LogSink sink = new LogSink(key, fd, (mode & TYPE_MASK) == REGULAR);
        open.put(key, sink);
        return sink;
      } catch (IOException e) {
        Libc.close(fd);
        throw new IOException("cannot examine the log file " + file, e);
      }
    }

    /// Closes it with its last user.
    synchronized void release(LogSink sink) {
      sink.users--;
      if (sink.users == 0) {
        open.remove(sink.key);
        Libc.close(sink.fd);
      }
    }
  }

  int number() {
    return fd;
  }

  /// Whether it is a regular file, with an end to go to.
  boolean isSeekable() {
    return seekable;
  }

  boolean isCopying() {
    return copying;
  }

  void copyFromNowOn() {
    copying = true;
  }

  /// Goes to the end as it is now: others may have truncated the file or written to it. O_APPEND
  /// would do that too, but `splice(2)` refuses it.
  void seekToEnd() {
    if (seekable) {
      Libc.seekToEnd(fd);
    }
  }

  private static int openFile(Path file) throws IOException {
    // O_NONBLOCK: opening a pipe or a terminal must not hang; regular files do not care.
    int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_NOCTTY | Libc.O_NONBLOCK;
    int fd = Libc.open(file, flags, 0640);
    if (fd == -Errno.ENOENT && file.getParent() != null) {
      makeFolder(file.getParent());
      fd = Libc.open(file, flags, 0640);
    }
    if (fd == -Errno.ENXIO) {
      fd = Libc.open(file, Libc.O_RDWR | Libc.O_NONBLOCK, 0); // a pipe that nobody reads yet
    }
    if (fd < 0) {
      throw new IOException("cannot open the log file " + file + ": " + Errno.words(-fd));
    }
    return fd;
  }

  /// Makes `folder` and those above it.
  ///
  /// @throws IOException with a sentence for the user
  static void makeFolder(Path folder) throws IOException {
    try {
      Files.createDirectories(folder);
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          "cannot make the folder " + folder + ": " + e.getFile() + " is not a folder", e);
    } catch (AccessDeniedException e) {
      throw new IOException("cannot make the folder " + folder + ": permission denied", e);
    } catch (NoSuchFileException e) {
      throw new IOException("cannot make the folder " + folder + ": it has no parent", e);
    } catch (FileSystemException e) {
      throw new IOException("cannot make the folder " + folder + ": " + e.getReason(), e);
    }
  }
}
