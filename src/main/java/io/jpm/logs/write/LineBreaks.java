package io.jpm.logs.write;

import io.jpm.logs.files.NewlineScanner;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Finds line ends in bytes that span several buffers, and returns slices of these bytes. Does not
/// change the positions of the buffers.
final class LineBreaks {
  static final byte END = '\n';

  private LineBreaks() {}

  /// Returns the total number of bytes.
  static int bytes(List<ByteBuffer> buffers) {
    int sum = 0;
    for (ByteBuffer buffer : buffers) {
      sum += buffer.remaining();
    }
    return sum;
  }

  /// Returns the total length in bytes of the complete lines at the beginning; 0 if no line ends in
  /// the buffers.
  static int whole(List<ByteBuffer> buffers) {
    int behind = bytes(buffers);
    for (int i = buffers.size() - 1; i >= 0; i--) {
      ByteBuffer buffer = buffers.get(i);
      behind -= buffer.remaining();
      int last = NewlineScanner.last(buffer);
      if (last >= 0) {
        return behind + last - buffer.position() + 1;
      }
    }
    return 0;
  }

  /// Returns the number of lines that end in the first `count` bytes.
  static long ends(List<ByteBuffer> buffers, int count) {
    long ends = 0;
    for (ByteBuffer buffer : first(buffers, count)) {
      ends += NewlineScanner.count(buffer);
    }
    return ends;
  }

  /// Returns the byte at `index`, counted from the beginning of the first buffer.
  static byte at(List<ByteBuffer> buffers, int index) {
    int left = index;
    for (ByteBuffer buffer : buffers) {
      if (left < buffer.remaining()) {
        return buffer.get(buffer.position() + left);
      }
      left -= buffer.remaining();
    }
    throw new IndexOutOfBoundsException(index);
  }

  /// Returns the first `count` bytes.
  static List<ByteBuffer> first(List<ByteBuffer> buffers, int count) {
    return slice(buffers, 0, count);
  }

  /// Returns all bytes after the first `count`.
  static List<ByteBuffer> behind(List<ByteBuffer> buffers, int count) {
    return slice(buffers, count, bytes(buffers) - count);
  }

  private static List<ByteBuffer> slice(List<ByteBuffer> buffers, int from, int count) {
    List<ByteBuffer> part = new ArrayList<>(buffers.size());
    int skip = from;
    int left = count;
    for (ByteBuffer buffer : buffers) {
      int here = Math.min(left, buffer.remaining() - skip);
      if (here > 0) {
        part.add(buffer.slice(buffer.position() + skip, here));
        left -= here;
      }
      skip = Math.max(0, skip - buffer.remaining());
    }
    return part;
  }
}
