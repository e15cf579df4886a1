package io.jpm.serve;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/// The file or directory to which a request path resolves.
sealed interface ResolvedPath {
  /// An open file. The receiver must close it.
  ///
  /// @param name the file name, which determines the content type
  /// @param size the size in bytes when the file was opened
  record Content(String name, FileChannel channel, long size, FileTime modified)
      implements ResolvedPath {}

  /// A directory.
  ///
  /// @param real the path without symbolic links
  record Folder(Path real) implements ResolvedPath {}

  /// The file does not exist or is hidden.
  record Missing() implements ResolvedPath {}

  /// The file is outside of the site, or the server has no permission to read it.
  record Forbidden() implements ResolvedPath {}
}
