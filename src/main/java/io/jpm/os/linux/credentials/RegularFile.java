package io.jpm.os.linux.credentials;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.OpenedFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads regular files that other processes may replace at any moment. A file is first opened with
/// O_PATH (`open(2)`), which does not give access to its content. It is read only if it is a
/// regular file, and opened with O_NONBLOCK. The daemon therefore never blocks on a pipe or on a
/// lease of another process (`fcntl(2)`), and never triggers the side effects of opening a device.
public final class RegularFile {
  static final String LEASED = "cannot be read: another process has a lease on it";

  private static final int CHUNK_BYTES = 64 << 10;

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
    int file = Libc.open(OpenedFile.reopenPath(fd), Libc.O_RDONLY | Libc.O_NONBLOCK, 0);
    if (file < 0) {
      throw new IOException(
          file == -Errno.EAGAIN ? LEASED : "cannot be read: " + Errno.message(-file));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.min(most, CHUNK_BYTES));
      var content = new ByteArrayOutputStream();
      while (content.size() < most) {
        long left = Math.min(buffer.byteSize(), most - content.size());
        int count = Libc.read(file, buffer.asSlice(0, left));
        if (count < 0 && count != -Errno.EINTR) {
          throw new IOException("cannot be read: " + Errno.message(-count));
        } else if (count == 0) {
          break;
        } else if (count > 0) {
          content.writeBytes(buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE));
        }
      }
      return content.toByteArray();
    } finally {
      Libc.close(file);
    }
  }
}
