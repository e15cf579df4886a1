package io.jpm.os.linux.libc;

import io.jpm.model.text.ByteText;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Paths of unix sockets as the kernel has them, `unix(7)`, and in words. One that begins with a
/// NUL is a name without a file.
public final class UnixPath {
  /// `struct sockaddr_un`.
  static final long MOST_BYTES = 110;

  /// Of a path: behind it is a NUL.
  public static final int MOST_PATH_BYTES = 107;

  private static final int FAMILY_BYTES = 2;

  private UnixPath() {}

  /// Whether it is a name without a file.
  public static boolean isAbstract(String path) {
    return path.startsWith("\0");
  }

  /// As `struct sockaddr`.
  ///
  /// @param bytes of the path, at most [#MOST_PATH_BYTES]
  public static MemorySegment encode(Arena arena, byte[] bytes) {
    boolean ends = bytes.length == 0 || bytes[0] != 0;
    MemorySegment encoded = arena.allocate((long) FAMILY_BYTES + bytes.length + (ends ? 1 : 0), 8);
    encoded.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_UNIX);
    MemorySegment.copy(bytes, 0, encoded, ValueLayout.JAVA_BYTE, FAMILY_BYTES, bytes.length);
    return encoded;
  }

  /// Out of a `struct sockaddr`; empty for other families and sockets that are not bound.
  ///
  /// @param length how many bytes of it count
  static Optional<String> decode(MemorySegment encoded, int length) {
    int end = (int) Math.min(length, MOST_BYTES);
    if (encoded.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) != Libc.AF_UNIX || end <= FAMILY_BYTES) {
      return Optional.empty();
    }
    byte[] bytes =
        encoded.asSlice(FAMILY_BYTES, end - (long) FAMILY_BYTES).toArray(ValueLayout.JAVA_BYTE);
    String path = ByteText.fromBytes(bytes);
    int nul = path.indexOf('\0', 1);
    return Optional.of(isAbstract(path) || nul < 0 ? path : path.substring(0, nul));
  }

  /// For people: as `ss(8)` has it, `@name` for one without a file.
  public static String words(String path) {
    return isAbstract(path) ? "@" + path.substring(1) : path;
  }
}
