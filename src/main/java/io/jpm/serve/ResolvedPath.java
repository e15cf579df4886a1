package io.jpm.serve;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// What a path of the site leads to.
sealed interface ResolvedPath {
  /// A file, opened: whoever gets it closes it.
  ///
  /// @param name its name, from which its type follows
  /// @param size in bytes, when it was opened
  record Content(String name, FileChannel channel, long size, FileTime modified)
      implements ResolvedPath {}

  /// A directory.
  ///
  /// @param real its path without links
  record Folder(Path real) implements ResolvedPath {}

  /// Nothing is there that may be seen.
  record Missing() implements ResolvedPath {}

  /// It is outside of the site, or the file system does not let us read it.
  record Forbidden() implements ResolvedPath {}
}
