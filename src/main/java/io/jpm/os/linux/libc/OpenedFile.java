package io.jpm.os.linux.libc;

import io.jpm.os.AppendFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The file that an open descriptor refers to. It is determined from the descriptor, because a path
/// may lead to a different file at any moment.
///
/// @param key the identity of the file
/// @param isRegular whether it is a regular file
public record OpenedFile(AppendFile.Key key, boolean isRegular) {
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  /// Returns a path by which the file that descriptor `fd` refers to can be opened again
  /// (`proc_pid_fd(5)`).
  public static Path reopenPath(int fd) {
    return Path.of("/proc/self/fd/" + fd);
  }

  /// Returns the file that descriptor `fd` refers to.
  public static OpenedFile of(int fd) throws IOException {
    return at(reopenPath(fd));
  }

  /// Returns the file that `path` currently refers to.
  public static OpenedFile at(Path path) throws IOException {
    Map<String, Object> about = Files.readAttributes(path, "unix:dev,ino,mode");
    return new OpenedFile(
        new AppendFile.Key(number(about, "dev"), number(about, "ino")),
        (number(about, "mode") & TYPE_MASK) == REGULAR);
  }

  private static long number(Map<String, Object> about, String name) throws IOException {
    if (about.get(name) instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("the system does not report the file attribute " + name);
  }
}
