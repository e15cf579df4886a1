package io.jpm.history;

import io.jpm.wire.EventMessage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/// The directory of the segments and the operations that the writer needs. Blocking.
///
/// @param path the path of the directory
record SegmentFolder(Path path) {
  private static final Logger LOG = System.getLogger("jpm.history");
  private static final int CHUNK = 64 * 1024;

  /// Creates the directory. If a file with the same name exists, the file is renamed.
  void prepare() throws IOException {
    if (Files.isDirectory(path)) {
      return;
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      setAside(path);
    }
    Files.createDirectories(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  List<EventSegment> segments() throws IOException {
    return EventSegment.in(path).stream()
        .filter(eventSegment -> Files.isRegularFile(eventSegment.file()))
        .toList();
  }

  Path segment(long first) {
    return EventSegment.of(path, first).file();
  }

  /// Returns the last number in the ring; 0 if there is none. Newer segments that contain no
  /// readable event are renamed.
  long lastNumber() throws IOException {
    for (EventSegment eventSegment : EventSegment.in(path).reversed()) {
      Optional<EventMessage> event = lastEvent(eventSegment.file());
      if (event.isPresent()) {
        return event.get().seq();
      }
    }
    return 0;
  }

  private static Optional<EventMessage> lastEvent(Path file) throws IOException {
    if (Files.isRegularFile(file)) {
      try {
        boolean empty = truncateTornLine(file) == 0;
        Optional<EventMessage> event = EventLineCodec.last(file);
        if (event.isPresent() || empty) {
          return event;
        }
      } catch (IOException unreadable) {
        // An unreadable segment is treated as damaged, which is logged below.
      }
    }
    setAside(file);
    return Optional.empty();
  }

  private static void setAside(Path file) throws IOException {
    Path kept = file.resolveSibling(file.getFileName() + ".damaged");
    Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
    LOG.log(Level.WARNING, "{0} contains no readable events and was renamed to {1}", file, kept);
  }

  /// Removes the bytes after the last line feed: an incomplete line that a daemon was writing when
  /// it was killed.
  ///
  /// @return the remaining length, in bytes
  static long truncateTornLine(Path file) throws IOException {
    try (var content = new RandomAccessFile(file.toFile(), "rw")) {
      long end = content.length();
      byte[] chunk = new byte[CHUNK];
      for (long to = end; to > 0; ) {
        int length = (int) Math.min(CHUNK, to);
        content.seek(to - length);
        content.readFully(chunk, 0, length);
        for (int i = length - 1; i >= 0; i--) {
          if (chunk[i] == '\n') {
            return cut(content, to - length + i + 1, end);
          }
        }
        to -= length;
      }
      return cut(content, 0, end);
    }
  }

  private static long cut(RandomAccessFile content, long length, long end) throws IOException {
    if (length < end) {
      content.setLength(length);
    }
    return length;
  }

  /// Deletes the oldest segments until the total size is at most `bytes`.
  void prune(long bytes) throws IOException {
    List<EventSegment> segments = segments();
    long total = 0;
    for (EventSegment eventSegment : segments.reversed()) {
      total += Files.size(eventSegment.file());
      if (total > bytes) {
        Files.deleteIfExists(eventSegment.file());
      }
    }
  }
}
