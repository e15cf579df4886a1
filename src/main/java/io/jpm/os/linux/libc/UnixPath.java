package io.jpm.os.linux.libc;

import io.jpm.model.text.SurrogateEscape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Encodes, decodes and formats the paths of unix sockets, `unix(7)`. A path that begins with a NUL
/// is a name without a file.
public final class UnixPath {
  /// Size of `struct sockaddr_un`.
  static final long MOST_BYTES = 110;

  /// Maximum length of a path, which is followed by a NUL.
  public static final int MOST_PATH_BYTES = 107;

  private static final int FAMILY_BYTES = 2;

  private UnixPath() {}

  /// Reports whether `path` is a name without a file.
  public static boolean isAbstract(String path) {
    return path.startsWith("\0");
  }

  /// Returns the path as a `struct sockaddr`.
  ///
  /// @param bytes the path, at most [#MOST_PATH_BYTES]
  public static MemorySegment encode(Arena arena, byte[] bytes) {
    boolean ends = bytes.length == 0 || bytes[0] != 0;
    MemorySegment encoded = arena.allocate((long) FAMILY_BYTES + bytes.length + (ends ? 1 : 0), 8);
    encoded.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_UNIX);
    MemorySegment.copy(bytes, 0, encoded, ValueLayout.JAVA_BYTE, FAMILY_BYTES, bytes.length);
    return encoded;
  }

  /// Decodes the path of a `struct sockaddr`; empty for other families and for sockets that are not
  /// bound.
  ///
  /// @param length number of valid bytes
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

  /// Returns the path as text for users, as `ss(8)` shows it: `@name` for a name without a file.
  public static String format(String path) {
    return isAbstract(path) ? "@" + path.substring(1) : path;
  }
}
