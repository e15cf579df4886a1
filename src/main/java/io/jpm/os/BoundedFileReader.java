package io.jpm.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads a small file that a user has named, up to a maximum size. Pipes and devices are rejected
/// because reading them could block the daemon. All methods may block. Only for systems on which no
/// app can run as another user: otherwise that user could replace the file with a pipe after the
/// check.
final class BoundedFileReader {
  private BoundedFileReader() {}

  /// Returns the content of `file`.
  ///
  /// @param most the maximum size in bytes
  /// @throws NoSuchFileException if the file does not exist
  /// @throws IOException if the file cannot be read; the message is a clause without a subject,
  ///   such as `is not a regular file`, and contains nothing from the file
  static byte[] read(Path file, int most) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("is not a regular file");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(most + 1);
    } catch (AccessDeniedException denied) {
      throw new IOException("cannot be read by the daemon: permission denied", denied);
    }
    if (bytes.length > most) {
      throw new IOException("is larger than " + most + " bytes");
    }
    return bytes;
  }
}
