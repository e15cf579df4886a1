package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// Binds the functions of the C library that access files by path or append to files. Failures are
/// returned as in [Libc].
///
/// Paths are passed as addresses that were created by [#path] beforehand, because no class may be
/// loaded while the calling thread has the credentials of another user.
public final class DiskCalls {
  /// Size of `struct iovec` in bytes.
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

  /// Returns the address of `path` as a C string.
  public static long path(Arena arena, Path path) {
    return Libc.text(arena, path.toString()).address();
  }

  /// Calls `open(2)`, always close-on-exec and non-blocking. A new file can be written by its owner
  /// and read by its owner and group.
  public static int open(long path, int flags) {
    int always = Libc.O_CLOEXEC | Libc.O_NOCTTY | Libc.O_NONBLOCK;
    return OPEN.errnoInt(path, flags | always, 0640);
  }

  /// Calls `open(2)` for a directory with O_PATH. Such a descriptor can only be used to enter the
  /// directory.
  public static int openFolder(long path) {
    return OPEN.errnoInt(path, Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
  }

  /// Calls `mkdir(2)`; the umask determines the mode.
  public static int makeFolder(long path) {
    return MKDIR.errnoInt(path, 0777);
  }

  /// Calls `rename(2)`.
  public static int rename(long from, long to) {
    return RENAME.errnoInt(from, to);
  }

  /// Calls `unlink(2)`.
  public static int unlink(long path) {
    return UNLINK.errnoInt(path);
  }

  /// Calls `write(2)`.
  public static int write(int fd, long address, long bytes) {
    return WRITE.errnoInt(fd, address, bytes);
  }

  /// Calls `writev(2)`.
  ///
  /// @param iovec the address and length of each buffer
  /// @param count the number of buffers
  public static int writeAll(int fd, MemorySegment iovec, int count) {
    return WRITEV.errnoInt(fd, iovec.address(), count);
  }

  /// Calls `lseek(2)` to seek to the end. Returns the size of the file.
  public static long size(int fd) {
    return LSEEK.errnoLong(fd, 0, 2);
  }

  /// Calls `ftruncate(2)`.
  public static int truncate(int fd, long size) {
    return FTRUNCATE.errnoInt(fd, size);
  }

  /// Calls `statvfs(3)`.
  ///
  /// @param answer receives the `struct statvfs`, which is the same on all 64-bit architectures:
  ///   f_frsize at offset 8, f_blocks at 16, f_bavail at 32
  public static int fileSystem(long path, MemorySegment answer) {
    return STATVFS.errnoInt(path, answer.address());
  }
}
