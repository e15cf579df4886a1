package io.jpm.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// File modes as jpm requires them, whatever the umask of the tests is. On many systems the group
/// of a user can write to new files, and jpm refuses a home with such files.
public final class FileModes {
  private static final int OTHERS_WRITE = 022;

  private FileModes() {}

  /// Removes the write permission of group and others from this file or directory and everything
  /// below it.
  public static Path onlyOwnerWrites(Path top) throws IOException {
    List<Path> all;
    try (Stream<Path> below = Files.walk(top)) {
      all = below.filter(file -> !Files.isSymbolicLink(file)).toList();
    }
    for (Path file : all) {
      int mode = (Integer) Files.getAttribute(file, "unix:mode");
      if ((mode & OTHERS_WRITE) != 0) {
        Files.setAttribute(file, "unix:mode", mode & ~OTHERS_WRITE & 07777);
      }
    }
    return top;
  }
}
