package io.jpm.os.linux.libc;

import io.jpm.os.AppendFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// What an open descriptor leads to. Asked of the descriptor and not of a path, which may lead
/// elsewhere at any moment.
///
/// @param key which file
/// @param isRegular whether it is a regular file
public record OpenedFile(AppendFile.Key key, boolean isRegular) {
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  /// A path to what is open under the number `fd`, to open it again, `proc_pid_fd(5)`.
  public static Path again(int fd) {
    return Path.of("/proc/self/fd/" + fd);
  }

  public static OpenedFile of(int fd) throws IOException {
    return at(again(fd));
  }

  /// What `path` leads to now.
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
    throw new IOException("the system does not tell " + name);
  }
}
