package io.jpm.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Modes of files as jpm demands them, whatever the umask of the tests is: many systems let the
/// group of a user write to new files, and jpm refuses a home with such files.
public final class Modes {
  private static final int OTHERS_WRITE = 022;

  private Modes() {}

  /// Takes from group and others the right to write to this file or directory and all below it.
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
