package io.jpm.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads a small file that a user has named, with a limit on its size. A pipe or a device is
/// refused because reading it could block the daemon. The calls block. Only for systems where no
/// app runs as another user: such a user could replace the file by a pipe after the check.
final class BoundedFileReader {
  private BoundedFileReader() {}

  /// Returns the bytes of `file`.
  ///
  /// @param most maximum size in bytes
  /// @throws NoSuchFileException if the file does not exist
  /// @throws IOException with a message that has no subject and contains nothing of the file's
  ///   content
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
