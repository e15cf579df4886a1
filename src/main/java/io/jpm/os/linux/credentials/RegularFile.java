package io.jpm.os.linux.credentials;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.OpenedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads regular files that other processes may replace at any moment. A file is first opened with
/// O_PATH (`open(2)`), which does not give access to its content. It is read only if it is a
/// regular file. The daemon therefore never blocks on a pipe and never triggers the side effects of
/// opening a device.
public final class RegularFile {
  private RegularFile() {}

  /// Returns the whole content of a file.
  ///
  /// @param most the maximum size in bytes
  /// @throws NoSuchFileException if the file does not exist
  /// @throws IOException if the file cannot be read; the message is a clause without a subject,
  ///   such as `is not a regular file`, and contains nothing from the file
  static byte[] read(Path file, int most) throws IOException {
    return whole(head(file, most + 1), most);
  }

  /// Returns the content of the file that an open descriptor refers to, like [#read(Path, int)].
  static byte[] read(int fd, int most) throws IOException {
    return whole(head(fd, most + 1), most);
  }

  private static byte[] whole(byte[] bytes, int most) throws IOException {
    if (bytes.length > most) {
      throw new IOException("is larger than " + most + " bytes");
    }
    return bytes;
  }

  /// Returns the first bytes of the file.
  ///
  /// @param most the maximum number of bytes
  /// @throws NoSuchFileException if the file does not exist
  /// @throws IOException as for [#read(Path, int)]
  public static byte[] head(Path file, int most) throws IOException {
    int fd = Libc.open(file, Libc.O_PATH, 0);
    if (fd == -Errno.ENOENT) {
      throw new NoSuchFileException(file.toString());
    } else if (fd < 0) {
      throw new IOException("cannot be read: " + Errno.message(-fd));
    }
    try {
      return head(fd, most);
    } finally {
      Libc.close(fd);
    }
  }

  private static byte[] head(int fd, int most) throws IOException {
    if (!OpenedFile.of(fd).isRegular()) {
      throw new IOException("is not a regular file");
    }
    try (InputStream in = Files.newInputStream(OpenedFile.reopenPath(fd))) {
      return in.readNBytes(most);
    } catch (AccessDeniedException denied) {
      throw new IOException("cannot be read: permission denied", denied);
    }
  }
}
