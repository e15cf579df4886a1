package io.jpm.triggers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/// What a directory's entry looked like; two that are equal count as unchanged.
///
/// @param directory whether it is one
/// @param modifiedNanos when it was written to last; 0 for a directory, whose own time says nothing
/// @param size in bytes; 0 for a directory
record FileStamp(boolean directory, long modifiedNanos, long size) {
  private static final FileStamp DIRECTORY = new FileStamp(true, 0, 0);

  /// Of what is there now.
  ///
  /// @param options whether links are followed
  /// @throws IOException when nothing is there or it cannot be seen
  static FileStamp of(Path path, LinkOption... options) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, options);
    return attributes.isDirectory()
        ? DIRECTORY
        : new FileStamp(
            false, attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS), attributes.size());
  }

  /// Whether the file at `path`, which has this stamp, was written after `time`. A time of writing
  /// that lies ahead, as archives and other machines bring along, is not believed.
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
