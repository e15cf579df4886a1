package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Text as the writers see it: buffers that are cut at any byte.
final class TextBuffers {
  private TextBuffers() {}

  /// Returns `text` in buffers of `size` bytes.
  static List<ByteBuffer> of(String text, int size) {
    byte[] all = text.getBytes(StandardCharsets.UTF_8);
    List<ByteBuffer> pieces = new ArrayList<>();
    for (int at = 0; at < all.length; at += size) {
      int length = Math.min(size, all.length - at);
      pieces.add(ByteBuffer.allocateDirect(length).put(all, at, length).flip());
    }
    return pieces;
  }

  static List<ByteBuffer> of(String text) {
    return of(text, Integer.MAX_VALUE);
  }

  static String text(List<ByteBuffer> buffers) {
    ByteBuffer all = ByteBuffer.allocate(LineBreaks.bytes(buffers));
    buffers.forEach(buffer -> all.put(buffer.duplicate()));
    return StandardCharsets.UTF_8.decode(all.flip()).toString();
  }
}
