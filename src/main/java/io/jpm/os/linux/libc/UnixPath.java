package io.jpm.os.linux.libc;

import io.jpm.model.text.SurrogateEscape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Encodes, decodes and formats the paths of unix sockets (`unix(7)`). A path that begins with a
/// NUL is a name in the abstract namespace.
public final class UnixPath {
  /// Size of `struct sockaddr_un` in bytes.
  static final long MOST_BYTES = 110;

  /// Maximum length of a path, without the terminating NUL.
  public static final int MOST_PATH_BYTES = 107;

  private static final int FAMILY_BYTES = 2;

  private UnixPath() {}

  /// Reports whether `path` is a name in the abstract namespace.
  public static boolean isAbstract(String path) {
    return path.startsWith("\0");
  }

  /// Returns the path as a `struct sockaddr_un`.
  ///
  /// @param bytes the path, at most [#MOST_PATH_BYTES] bytes
  public static MemorySegment encode(Arena arena, byte[] bytes) {
    boolean ends = bytes.length == 0 || bytes[0] != 0;
    MemorySegment encoded = arena.allocate((long) FAMILY_BYTES + bytes.length + (ends ? 1 : 0), 8);
    encoded.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_UNIX);
    MemorySegment.copy(bytes, 0, encoded, ValueLayout.JAVA_BYTE, FAMILY_BYTES, bytes.length);
    return encoded;
  }

  /// Decodes the path in a `struct sockaddr_un`; empty for other address families and for sockets
  /// that are not bound.
  ///
  /// @param length the number of valid bytes
  static Optional<String> decode(MemorySegment encoded, int length) {
    int end = (int) Math.min(length, MOST_BYTES);
    if (encoded.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) != Libc.AF_UNIX || end <= FAMILY_BYTES) {
      return Optional.empty();
    }
    byte[] bytes =
        encoded.asSlice(FAMILY_BYTES, end - (long) FAMILY_BYTES).toArray(ValueLayout.JAVA_BYTE);
    String path = SurrogateEscape.fromBytes(bytes);
    int nul = path.indexOf('\0', 1);
    return Optional.of(isAbstract(path) || nul < 0 ? path : path.substring(0, nul));
  }

  /// Formats the path for users like `ss(8)`: `@name` for a name in the abstract namespace.
  public static String format(String path) {
    return isAbstract(path) ? "@" + path.substring(1) : path;
  }
}
