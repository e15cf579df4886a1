package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogPosition.Part;
import io.jpm.bus.logs.LogPosition.Rotated;
import io.jpm.logs.files.LogNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;

/// One regular file of a log, as it was when it was looked at.
///
/// @param path where it stands
/// @param part which of the log's files it is
/// @param key what the file system calls it
/// @param bytes its size on the disk
/// @param modified when it was last written to
record LogFile(Path path, Part part, String key, long bytes, Instant modified) {
  /// The file that is written to.
  ///
  /// @param after when the one before it was rotated
  /// @return empty where there is none, or no regular one
  static Optional<LogFile> active(Path log, Instant after) {
    return look(log, attributes -> new Active(after, key(attributes)));
  }

  /// One that was rotated `at` that moment.
  static Optional<LogFile> rotated(Path path, Instant at) {
    return look(path, _ -> new Rotated(at));
  }

  /// One that tells only by its own age when it was rotated.
  static Optional<LogFile> rotatedWhenLastWritten(Path path) {
    return look(
        path,
        attributes -> new Rotated(Instant.ofEpochMilli(attributes.lastModifiedTime().toMillis())));
  }

  private interface Naming {
    Part part(BasicFileAttributes attributes);
  }

  private static Optional<LogFile> look(Path path, Naming naming) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile()
          ? Optional.of(
              new LogFile(
                  path,
                  naming.part(attributes),
                  key(attributes),
                  attributes.size(),
                  attributes.lastModifiedTime().toInstant()))
          : Optional.empty();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  private static String key(BasicFileAttributes attributes) {
    Object key = attributes.fileKey();
    // Windows has no keys, and other times.
    return key == null ? attributes.creationTime().toString() : key.toString();
  }

  /// The same file, known to come after one that was rotated at `newest`.
  LogFile after(Instant newest) {
    return new LogFile(path, new Active(newest, key), key, bytes, modified);
  }

  boolean packed() {
    return part instanceof Rotated && LogNames.isPacked(path);
  }

  /// When it was rotated; [Instant#MAX] for the one that is written to.
  Instant rotatedAt() {
    return switch (part) {
      case Rotated(Instant at) -> at;
      case Active(_, _) -> Instant.MAX;
    };
  }

  /// Where its content ends: unknown of a packed one.
  long end() {
    return packed() ? LogPosition.END : bytes;
  }
}
