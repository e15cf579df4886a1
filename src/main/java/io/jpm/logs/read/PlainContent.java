package io.jpm.logs.read;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.time.Instant;

/// The content of an uncompressed file. The file is opened for each read, because there may be more
/// logs than a process can have open files, and because an open file occupies disk space even after
/// it is deleted.
final class PlainContent implements LogContent {
  private final LogFile file;
  private final LogFileAccess access;

  PlainContent(LogFile file, LogFileAccess access) {
    this.file = file;
    this.access = access;
  }

  @Override
  public int read(long offset, ByteBuffer into) throws IOException {
    try (FileChannel channel = access.open(file.path())) {
      boolean same =
          LogFile.active(file.path(), Instant.EPOCH)
              .filter(now -> now.key().equals(file.key()))
              .isPresent();
      if (!same) {
        throw new NoSuchFileException(file.path().toString(), null, "it was rotated");
      }
      int before = into.position();
      while (into.hasRemaining() && channel.read(into, offset + into.position() - before) > 0) {
        // Repeat until the buffer is full or the file ends.
      }
      return into.position() - before;
    }
  }
}
