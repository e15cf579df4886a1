package io.jpm.logs.write;

import io.jpm.model.text.TimePattern;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;

/// Encodes a log line as PM2 does: `<date>: <line>`. As in PM2, a piece of a line also ends with a
/// line feed.
final class TimestampLineEncoder implements LineLayout.LineEncoder {
  private final TimePattern pattern;
  private byte[] date = {};
  private long millis = Long.MIN_VALUE;

  TimestampLineEncoder(TimePattern pattern) {
    this.pattern = pattern;
  }

  @Override
  public void setTime(Instant at) {
    if (at.toEpochMilli() != millis) {
      millis = at.toEpochMilli();
      date = (pattern.format(at, ZoneId.systemDefault()) + ": ").getBytes(StandardCharsets.UTF_8);
    }
  }

  @Override
  public int maxBytes(int length) {
    return date.length + length + 1;
  }

  @Override
  public void encode(byte[] text, int from, int to, boolean whole, ByteBuffer out) {
    out.put(date).put(text, from, to - from).put(LineBreaks.END);
  }
}
