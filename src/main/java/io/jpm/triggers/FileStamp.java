package io.jpm.triggers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// The attributes of a directory entry that are compared to detect changes. An entry whose stamp is
/// equal to the previous one has not changed.
///
/// @param directory whether the entry is a directory
/// @param modifiedNanos the modification time in nanoseconds since 1970; 0 for a directory, whose
///   time is ignored
/// @param size the size in bytes; 0 for a directory
record FileStamp(boolean directory, long modifiedNanos, long size) {
  private static final FileStamp DIRECTORY = new FileStamp(true, 0, 0);

  /// Returns the stamp of an existing path.
  ///
  /// @param options whether to follow symbolic links
  /// @throws IOException if the path does not exist or cannot be examined
  static FileStamp of(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    return attributes.isDirectory()
        ? DIRECTORY
        : new FileStamp(
            false, attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size());
  }

  /// Reports whether the file at `path`, which has this stamp, was written after `time`. The
  /// modification time alone is not sufficient, because archives and other machines may set it to a
  /// time in the future. The change time of the inode must also be later than `time`.
  boolean isWrittenAfter(Instant time, Path path, LinkOption... options) {
    if (directory || modifiedNanos <= FileTime.from(time).to(TimeUnit.NANOSECONDS)) {
      return false;
    }
    try {
      var changed = (FileTime) Files.getAttribute(path, "unix:ctime", options);
      return changed.toInstant().isAfter(time);
    } catch (IOException gone) {
      return true;
    }
  }
}
