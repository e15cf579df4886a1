package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The status of a file as reported by `statx(2)`, whose result has the same layout on all
/// architectures.
///
/// @param mode the file type; the permission bits are not requested
/// @param key the identity of the file
/// @param blocks the number of 512-byte blocks that the file occupies on the disk
public record FileStatus(int mode, Key key, long blocks) {
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int STATX = ARM ? 291 : 332;
  private static final long HERE = -100; // AT_FDCWD
  private static final long NO_FOLLOW = 0x100; // AT_SYMLINK_NOFOLLOW
  private static final long THE_DESCRIPTOR = 0x1000; // AT_EMPTY_PATH
  private static final long WANTED = 0x1 | 0x100 | 0x400; // STATX_TYPE, STATX_INO, STATX_BLOCKS
  private static final int BYTES = 256;
  private static final int MODE_AT = 28;
  private static final int INODE_AT = 32;
  private static final int BLOCKS_AT = 48;
  private static final int MAJOR_AT = 136;
  private static final int MINOR_AT = 140;
  private static final int TYPE_MASK = 0170000;
  private static final int REGULAR = 0100000;

  /// The identity of a file.
  ///
  /// @param major the major number of the device that contains its file system
  /// @param minor the minor number of the device
  /// @param inode the inode number in the file system
  public record Key(int major, int minor, long inode) {
    @Override
    public String toString() {
      return "%d:%d:%d".formatted(major, minor, inode);
    }
  }

  /// Returns the status of the file at `path`, without following a symbolic link; empty if the file
  /// does not exist or the kernel does not report its status.
  public static Optional<FileStatus> of(String path) {
    return ask(HERE, path, NO_FOLLOW);
  }

  /// Returns the status of the open file `fd`; empty if the kernel does not report it.
  public static Optional<FileStatus> of(int fd) {
    return ask(fd, "", THE_DESCRIPTOR);
  }

  private static Optional<FileStatus> ask(long at, String path, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(BYTES, Long.BYTES);
      long name = Libc.text(arena, path).address();
      if (Libc.systemCall(STATX, at, name, flags, WANTED, answer.address()) < 0) {
        return Optional.empty();
      }
      var key =
          new Key(
              answer.get(ValueLayout.JAVA_INT, MAJOR_AT),
              answer.get(ValueLayout.JAVA_INT, MINOR_AT),
              answer.get(ValueLayout.JAVA_LONG, INODE_AT));
      return Optional.of(
          new FileStatus(
              answer.get(ValueLayout.JAVA_SHORT, MODE_AT),
              key,
              answer.get(ValueLayout.JAVA_LONG, BLOCKS_AT)));
    }
  }

  public boolean isRegular() {
    return (mode & TYPE_MASK) == REGULAR;
  }
}
