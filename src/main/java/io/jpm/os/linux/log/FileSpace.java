package io.jpm.os.linux.log;

import io.jpm.os.linux.libc.FileStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// Measures the disk space that a regular file occupies. It differs from the size, because a file
/// may contain holes or occupy space beyond its end.
final class FileSpace {
  private static final int BLOCK = 512;

  private FileSpace() {}

  /// Returns the number of bytes that the file at `path` occupies, without following a symbolic
  /// link; empty if it is not a regular file.
  static OptionalLong of(Path path) {
    return of(FileStatus.of(path.toString()));
  }

  /// Returns the number of bytes that an open file occupies; empty if it is not a regular file.
  static OptionalLong of(int fd) {
    return of(FileStatus.of(fd));
  }

  private static OptionalLong of(Optional<FileStatus> status) {
    return status
        .filter(FileStatus::isRegular)
        .map(it -> OptionalLong.of(it.blocks() * BLOCK))
        .orElse(OptionalLong.empty());
  }
}
