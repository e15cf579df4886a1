package io.jpm.hot;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// The content of a process file, or of all files of a directory, at one moment: two marks are
/// equal when nothing has been written in between.
///
/// @param files each with its size and checksum, in the order of their names
record FileMark(List<One> files) {
  /// Larger files are no process files, and a look must end.
  private static final int MOST_READ = 8 << 20;

  FileMark {
    files = List.copyOf(files);
  }

  /// One file; −1 is the size of one that is not there or cannot be read.
  record One(Path file, long size, long sum) {}

  /// Blocks.
  static FileMark of(Path path) {
    if (!Files.isDirectory(path)) {
      return new FileMark(List.of(one(path)));
    }
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path, Files::isRegularFile)) {
      all.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException unreadable) {
      return new FileMark(List.of(new One(path, -1, 0)));
    }
    return new FileMark(entries.stream().sorted().map(FileMark::one).toList());
  }

  private static One one(Path file) {
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
