package io.jpm.configwatch;

import io.jpm.config.ProcessFileReader;
import io.jpm.triggers.FileWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/// The content of a process file, or of all process files of a directory, at one moment: two marks
/// are equal when nothing has been written in between. What else is in the directory means nothing:
/// a log that grows there must not hold up an edit.
///
/// @param files each with its size and checksum, in the order of their names
record FileMark(List<One> files) {
  /// Larger files are no process files, and a look must end.
  private static final int MOST_READ = 8 << 20;

  private static final int PIECE = 16 << 10;

  FileMark {
    files = List.copyOf(files);
  }

  /// One file; −1 is the size of one that is not there, cannot be read, or is none: a named pipe
  /// would be waited for without end.
  record One(Path file, long size, long sum) {}

  /// Blocks.
  ///
  /// @param opening opens the files, and nothing else that is in their place
  static FileMark of(Path path, FileWatch.Opening opening) {
    List<Path> files =
        Files.isDirectory(path) ? ProcessFileReader.processFiles(path) : List.of(path);
    return new FileMark(files.stream().map(file -> one(file, opening)).toList());
  }

  private static One one(Path file, FileWatch.Opening opening) {
    var sum = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (FileChannel channel = opening.open(file)) {
      long size = 0;
      while (size < MOST_READ && channel.read(piece.clear()) > 0) {
        size += piece.flip().remaining();
        sum.update(piece);
      }
      return new One(file, size, sum.getValue());
    } catch (IOException unreadable) {
      return new One(file, -1, 0);
    }
  }
}
