package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogPosition.Part;
import io.jpm.bus.logs.LogPosition.Rotated;
import io.jpm.logs.files.LogFileNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;

/// A regular file of a log, with the attributes that it had when it was listed.
///
/// @param path the path of the file
/// @param part identifies the file within its log, across rotations
/// @param key the file system's identifier of the file
/// @param bytes the size of the file in bytes, which is the compressed size of a compressed file
/// @param modified the time of the last write
record LogFile(Path path, Part part, String key, long bytes, Instant modified) {
  /// Returns the active file of a log.
  ///
  /// @param after the rotation time of the newest rotated file
  /// @return the file; empty if it does not exist or is not a regular file
  static Optional<LogFile> active(Path log, Instant after) {
    return look(log, attributes -> new Active(after, key(attributes)));
  }

  /// Returns a file that was rotated at the time `at`.
  static Optional<LogFile> rotated(Path path, Instant at) {
    return look(path, _ -> new Rotated(at));
  }

  /// Returns a rotated file whose rotation time is its time of last modification.
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
    // Windows has no file keys, so the creation time is used instead.
    return key == null ? attributes.creationTime().toString() : key.toString();
  }

  /// Returns a copy of this active file, with `newest` as the rotation time of the file before it.
  LogFile after(Instant newest) {
    return new LogFile(path, new Active(newest, key), key, bytes, modified);
  }

  boolean isCompressed() {
    return part instanceof Rotated && LogFileNames.isCompressed(path);
  }

  /// Returns the rotation time; [Instant#MAX] for the active file.
  Instant rotatedAt() {
    return switch (part) {
      case Rotated(Instant at) -> at;
      case Active(_, _) -> Instant.MAX;
    };
  }

  /// Returns the end of the content; [LogPosition#END] for a compressed file, whose end is unknown.
  long end() {
    return isCompressed() ? LogPosition.END : bytes;
  }
}
