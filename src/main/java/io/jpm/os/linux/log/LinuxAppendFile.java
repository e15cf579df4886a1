package io.jpm.os.linux.log;

import io.jpm.os.AppendFile;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.OpenedFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// An append-only log file: a descriptor opened with O_APPEND (`open(2)`).
final class LinuxAppendFile implements AppendFile {
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /// Maximum number of buffers per call; the caller writes the rest with the next call.
  private static final int MOST_PIECES = 64;

  private final Path path;
  private final int fd;
  private final OpenedFile opened;
  private final MemorySegment iovec =
      Arena.ofAuto().allocate((long) MOST_PIECES * DiskCalls.IOVEC_BYTES, Long.BYTES);
  private boolean closed;

  /// @param path the path by which the file was opened
  /// @param fd the descriptor, which this object closes
  /// @param opened the identity of the open file
  LinuxAppendFile(Path path, int fd, OpenedFile opened) {
    this.path = path;
    this.fd = fd;
    this.opened = opened;
  }

  @Override
  public Key key() {
    return opened.key();
  }

  @Override
  public boolean isRegular() {
    return opened.isRegular();
  }

  @Override
  public long size() throws IOException {
    if (!isRegular()) {
      return 0;
    }
    // This changes the file position, which O_APPEND ignores.
    long size = DiskCalls.size(number());
    if (size < 0) {
      throw failure("cannot determine the size of the log file ", (int) -size);
    }
    return size;
  }

  @Override
  public long allocated() throws IOException {
    return FileSpace.of(number()).orElse(size());
  }

  @Override
  public AppendResult append(List<ByteBuffer> bytes) {
    int number = number();
    int pieces = Math.min(bytes.size(), MOST_PIECES);
    long asked = 0;
    for (int i = 0; i < pieces; i++) {
      asked += put(i, bytes.get(i));
    }
    if (asked == 0) {
      return new AppendResult(0, Problem.NONE);
    }
    int result = write(number, pieces, bytes);
    return result > 0
        ? new AppendResult(result, Problem.NONE)
        : new AppendResult(0, result == 0 ? Problem.BROKEN : problem(-result));
  }

  private long put(int index, ByteBuffer bytes) {
    if (!bytes.isDirect()) {
      throw new IllegalArgumentException("not a direct buffer");
    }
    MemorySegment piece = MemorySegment.ofBuffer(bytes);
    iovec.setAtIndex(LONG, 2L * index, piece.address());
    iovec.setAtIndex(LONG, 2L * index + 1, piece.byteSize());
    return piece.byteSize();
  }

  private int write(int number, int pieces, List<ByteBuffer> bytes) {
    try {
      int result = -Errno.EINTR;
      while (result == -Errno.EINTR) {
        result =
            pieces == 1
                ? DiskCalls.write(number, iovec.getAtIndex(LONG, 0), iovec.getAtIndex(LONG, 1))
                : DiskCalls.writeAll(number, iovec, pieces);
      }
      return result;
    } finally {
      Reference.reachabilityFence(bytes);
    }
  }

  private static Problem problem(int errno) {
    return switch (errno) {
      case Errno.ENOSPC, Errno.EDQUOT, Errno.EFBIG -> Problem.FULL;
      case Errno.EAGAIN -> Problem.BUSY;
      default -> Problem.BROKEN;
    };
  }

  @Override
  public int lastByte() throws IOException {
    long size = size();
    if (size == 0) {
      return '\n';
    }
    // The file must be opened again because this descriptor is write-only.
    try (FileChannel reader =
        FileChannel.open(OpenedFile.reopenPath(number()), StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return reader.read(last, size - 1) == 1 ? last.get(0) : '\n';
    } catch (IOException e) {
      throw new IOException("cannot read the log file " + path + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    if (isRegular()) {
      int result = DiskCalls.truncate(number(), size);
      if (result < 0) {
        throw failure("cannot truncate the log file ", -result);
      }
    }
  }

  /// Uses the daemon's credentials regardless of the owner of the file. This is safe, because only
  /// device and inode numbers are compared.
  @Override
  public boolean isInPlace() {
    try {
      return OpenedFile.at(path).key().equals(key());
    } catch (NoSuchFileException moved) {
      return false;
    } catch (IOException inDoubt) {
      return true;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }

  /// Returns the descriptor. Fails if it was closed, because its number may now refer to another
  /// file.
  private int number() {
    if (closed) {
      throw new IllegalStateException(path + " is closed");
    }
    return fd;
  }

  private IOException failure(String what, int errno) {
    return new IOException(what + path + ": " + Errno.message(errno));
  }
}
