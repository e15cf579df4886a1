package io.jpm.configwatch;

import io.jpm.config.ProcessFileReader;
import io.jpm.triggers.FileWatcher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;

/// A fingerprint of a process file, or of all process files in a directory. Fingerprints are equal
/// if the contents are equal. Other files in the directory are ignored, so a growing log file does
/// not delay the application of an edit.
///
/// @param files each file with its size and checksum, sorted by name
record FileFingerprint(List<Entry> files) {
  /// The maximum number of bytes that are read from one file. Process files are smaller. The limit
  /// ensures that reading terminates.
  private static final int MOST_READ = 8 << 20;

  private static final int PIECE = 16 << 10;

  FileFingerprint {
    files = List.copyOf(files);
  }

  /// One file. Its size is −1 if it does not exist, cannot be read, or is not a regular file
  /// (reading a named pipe could block forever).
  record Entry(Path file, long size, long sum) {}

  /// Computes the fingerprint of the current content. Blocks.
  ///
  /// @param opening opens regular files only
  static FileFingerprint of(Path path, FileWatcher.Opening opening) {
    List<Path> files =
        Files.isDirectory(path) ? ProcessFileReader.processFiles(path) : List.of(path);
    return new FileFingerprint(files.stream().map(file -> one(file, opening)).toList());
  }

  private static Entry one(Path file, FileWatcher.Opening opening) {
    var sum = new CRC32C();
    ByteBuffer piece = ByteBuffer.allocate(PIECE);
    try (FileChannel channel = opening.open(file)) {
      long size = 0;
      while (size < MOST_READ && channel.read(piece.clear()) > 0) {
        size += piece.flip().remaining();
        sum.update(piece);
      }
      return new Entry(file, size, sum.getValue());
    } catch (IOException unreadable) {
      return new Entry(file, -1, 0);
    }
  }
}
