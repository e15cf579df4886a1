package io.jpm.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads a small file that a user names: never more than is sensible, never a pipe or a device that
/// is there and would hold the daemon up. It blocks. For systems where no app runs as another user,
/// who could put a pipe there after the look.
final class BoundedFile {
  private BoundedFile() {}

  /// The bytes of `file`.
  ///
  /// @param most how many it may have
  /// @throws NoSuchFileException when it is not there
  /// @throws IOException with a sentence without a subject, which has nothing of the file in it
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
