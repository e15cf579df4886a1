package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Passes output through unchanged.
enum RawLayout implements Layout {
  INSTANCE;

  @Override
  public Laid lay(List<ByteBuffer> waiting, boolean all, Instant at) {
    int whole = LineBreaks.whole(waiting);
    int ready = whole == 0 && all ? LineBreaks.bytes(waiting) : whole;
    return ready == 0 ? Laid.NOTHING : new Laid(LineBreaks.first(waiting, ready), ready);
  }

  @Override
  public ByteBuffer line(String text, Instant at) {
    byte[] bytes = (text + "\n").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
