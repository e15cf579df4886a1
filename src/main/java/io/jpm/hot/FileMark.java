package io.jpm.hot;

import io.jpm.config.ProcessFileReader;
import java.io.IOException;
import java.io.InputStream;
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

  FileMark {
    files = List.copyOf(files);
  }

  /// One file; −1 is the size of one that is not there, cannot be read, or is none: a named pipe
  /// would be waited for without end.
  record One(Path file, long size, long sum) {}

  /// Blocks.
  static FileMark of(Path path) {
    List<Path> files =
        Files.isDirectory(path) ? ProcessFileReader.processFiles(path) : List.of(path);
    return new FileMark(files.stream().map(FileMark::one).toList());
  }

  private static One one(Path file) {
    if (!Files.isRegularFile(file)) {
      return new One(file, -1, 0);
    }
    var sum = new CRC32C();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_READ);
      sum.update(bytes);
      return new One(file, bytes.length, sum.getValue());
    } catch (IOException unreadable) {
      return new One(file, -1, 0);
    }
  }
}
