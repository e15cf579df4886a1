package io.jpm.os.linux.log;

import io.jpm.os.linux.libc.FileStatus;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// How much of the disk a regular file takes. The size says nothing of it: a file may have holes,
/// and space behind its end.
final class FileSpace {
  private static final int BLOCK = 512;

  private FileSpace() {}

  /// Of the file at `path`, a link not followed; empty when there is no regular file.
  static OptionalLong of(Path path) {
    return of(FileStatus.of(path.toString()));
  }

  /// Of the open file; empty when it is not regular.
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
