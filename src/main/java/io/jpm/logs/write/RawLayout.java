package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Passes output through unchanged.
enum RawLayout implements LogLayout {
  INSTANCE;

  @Override
  public FormattedBytes format(List<ByteBuffer> waiting, boolean all, Instant at) {
    int whole = LineBreaks.whole(waiting);
    int ready = whole == 0 && all ? LineBreaks.bytes(waiting) : whole;
    return ready == 0
        ? FormattedBytes.NOTHING
        : new FormattedBytes(LineBreaks.first(waiting, ready), ready);
  }

  @Override
  public ByteBuffer formatNotice(String text, Instant at) {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
