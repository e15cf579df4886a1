package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// The C library's functions for files by their path, and for appending. Failures as in [Libc].
///
/// Paths are given as addresses, made by [#path] beforehand, so that nothing is left to load when
/// the calling thread is another user's.
public final class DiskCalls {
  /// Bytes of `struct iovec`.
  public static final int IOVEC_BYTES = 16;

  private static final Native OPEN = new Native("open");
  private static final Native MKDIR = new Native("mkdir");
  private static final Native RENAME = new Native("rename");
  private static final Native UNLINK = new Native("unlink");
  private static final Native WRITE = new Native("write");
  private static final Native WRITEV = new Native("writev");
  private static final Native LSEEK = new Native("lseek");
  private static final Native FTRUNCATE = new Native("ftruncate");
  private static final Native STATVFS = new Native("statvfs");

  private DiskCalls() {}

  /// The address of `path` as a C string.
  public static long path(Arena arena, Path path) {
    return Libc.text(arena, path.toString()).address();
  }

  /// `open(2)`, always close-on-exec and never waiting; a new file is for its owner, and for its
  /// group to read.
  public static int open(long path, int flags) {
    int always = Libc.O_CLOEXEC | Libc.O_NOCTTY | Libc.O_NONBLOCK;
    return OPEN.errnoInt(path, flags | always, 0640);
  }

  /// `open(2)` of a folder, for entering it only.
  public static int openFolder(long path) {
    return OPEN.errnoInt(path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
  }

  /// `mkdir(2)`, with what the umask leaves.
  public static int makeFolder(long path) {
    return MKDIR.errnoInt(path, 0777);
  }

  /// `rename(2)`.
  public static int rename(long from, long to) {
    return RENAME.errnoInt(from, to);
  }

  /// `unlink(2)`.
  public static int unlink(long path) {
    return UNLINK.errnoInt(path);
  }

  /// `write(2)`.
  public static int write(int fd, long address, long bytes) {
    return WRITE.errnoInt(fd, address, bytes);
  }

  /// `writev(2)`.
  ///
  /// @param iovec address and length of each piece
  /// @param count how many pieces
  public static int writeAll(int fd, MemorySegment iovec, int count) {
    return WRITEV.errnoInt(fd, iovec.address(), count);
  }

  /// `lseek(2)` to the end: the size.
  public static long size(int fd) {
    return LSEEK.errnoLong(fd, 0, 2);
  }

  /// `ftruncate(2)`.
  public static int truncate(int fd, long size) {
    return FTRUNCATE.errnoInt(fd, size);
  }

  /// `statvfs(3)`.
  ///
  /// @param answer `struct statvfs`, the same on all 64-bit architectures: f_frsize at 8, f_blocks
  ///   at 16, f_bavail at 32
  public static int fileSystem(long path, MemorySegment answer) {
    return STATVFS.errnoInt(path, answer.address());
  }
}
