package io.jpm.configwatch;

import java.nio.file.Path;
import java.util.Optional;

/// Reports whether a user other than the daemon's user and root could have written a file. Must be
/// called on a thread that may block.
@FunctionalInterface
public interface FileTrust {
  /// Returns the reason why another user could have written the file, or could have replaced it.
  ///
  /// @param file a file or directory; symbolic links are followed
  /// @return a message for users that names the file; empty if the file can be trusted
  Optional<String> objection(Path file);
}
