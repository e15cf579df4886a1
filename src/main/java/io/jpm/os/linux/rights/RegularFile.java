package io.jpm.os.linux.rights;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.OpenedFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads regular files that others may replace at any moment. What a path leads to is held first,
/// which opens nothing (`open(2)`, O_PATH), and is read only if it is a regular file: a pipe is not
/// waited for, and no device does what it does when it is opened.
public final class RegularFile {
  private RegularFile() {}

  /// All of it.
  ///
  /// @param most how many bytes it may have
  /// @throws NoSuchFileException when it is not there
  /// @throws IOException with a sentence without a subject, which has nothing of the file in it
  static byte[] read(Path file, int most) throws IOException {
    return whole(head(file, most + 1), most);
  }

  /// What is open under a number, likewise.
  static byte[] read(int fd, int most) throws IOException {
    return whole(head(fd, most + 1), most);
  }

  private static byte[] whole(byte[] bytes, int most) throws IOException {
    if (bytes.length > most) {
      throw new IOException("is larger than " + most + " bytes");
    }
    return bytes;
  }

  /// The first bytes of it.
  ///
  /// @param most how many at most
  /// @throws NoSuchFileException when it is not there
  /// @throws IOException as of [#read]
  public static byte[] head(Path file, int most) throws IOException {
    int fd = Libc.open(file, Libc.O_PATH, 0);
    if (fd == -Errno.ENOENT) {
      throw new NoSuchFileException(file.toString());
    } else if (fd < 0) {
      throw new IOException("cannot be read: " + Errno.words(-fd));
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
    try (InputStream in = Files.newInputStream(OpenedFile.again(fd))) {
      return in.readNBytes(most);
    } catch (AccessDeniedException denied) {
      throw new IOException("cannot be read: permission denied", denied);
    }
  }
}
