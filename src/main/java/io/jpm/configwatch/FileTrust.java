package io.jpm.configwatch;

import java.nio.file.Path;
import java.util.Optional;

/// Who could have written a file, besides the daemon's user and root. Called where blocking is
/// allowed.
@FunctionalInterface
public interface FileTrust {
  /// Why what is in it, or in its place, may be another user's word.
  ///
  /// @param file a file or a directory; links are followed
  /// @return a sentence for people, which names the file; empty: it can only be the owner's
  Optional<String> objection(Path file);
}
