package io.jpm.os.linux.libc;

import io.jpm.model.text.SurrogateEscape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Encodes addresses of unix sockets: `/path`, or `@name` for a name in the abstract namespace.
public final class UnixAddress {
  /// Offset of the path in `struct sockaddr_un` (`unix(7)`), after two bytes for the family.
  private static final int PATH_OFFSET = 2;

  private static final int MOST_PATH = 108;

  private UnixAddress() {}

  /// Returns a `struct sockaddr_un` of the minimum length; empty if `address` is not valid.
  public static Optional<MemorySegment> encode(SegmentAllocator allocator, String address) {
    byte[] path = SurrogateEscape.toBytes(address);
    if (path.length < 2 || path.length > MOST_PATH || (path[0] != '/' && path[0] != '@')) {
      return Optional.empty();
    }
    MemorySegment encoded = allocator.allocate(PATH_OFFSET + (long) path.length);
    encoded.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_UNIX);
    MemorySegment.copy(path, 0, encoded, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
    if (path[0] == '@') {
      encoded.set(ValueLayout.JAVA_BYTE, PATH_OFFSET, (byte) 0);
    }
    return Optional.of(encoded);
  }
}
