package io.jpm.configwatch;

import java.nio.file.Path;
import java.util.Optional;

/// Reports whether a user other than the daemon's user and root could have written a file. Called
/// on threads that may block.
@FunctionalInterface
public interface FileTrust {
  /// Returns why another user may have written the content of the file, or may have put another
  /// file in its place.
  ///
  /// @param file a file or a directory; links are followed
  /// @return a sentence for users that names the file; empty: only the owner can have written it
  Optional<String> objection(Path file);
}
