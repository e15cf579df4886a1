package io.jpm.logs.read;

import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/// Reads the lines of one log file with their capture times.
final class TimedLineReader implements AutoCloseable {
  /// The length of the longest timestamp at the beginning of a line in the daemon's log:
  /// `2026-11-21T13:20:39.123+01:00`.
  private static final int STAMP_CHARS = 29;

  private final LogStore store;
  private final boolean stamped;
  private final LogContent bytes;
  private final LineReader reader;
  private final TimeIndexReader times;
  private long lastStamp;

  TimedLineReader(
      LogStore store, LogChain chain, LogChain.ChainPosition chainPosition, int bufferBytes) {
    this(
        store,
        chain,
        chainPosition,
        bufferBytes,
        store.times(chain, chain.files().get(chainPosition.index())));
  }

  /// @param times the time index of the file
  TimedLineReader(
      LogStore store,
      LogChain chain,
      LogChain.ChainPosition chainPosition,
      int bufferBytes,
      TimeIndexReader times) {
    LogFile file = chain.files().get(chainPosition.index());
    this.store = store;
    this.stamped = chain.log().equals(store.daemonLog());
    this.bytes = store.bytes(file, chainPosition.offset());
    this.reader = new LineReader(bytes, chainPosition.offset(), bufferBytes);
    this.times = times;
  }

  boolean atEnd() throws IOException {
    return reader.atEnd();
  }

  /// Returns the offset of the next line.
  long offset() {
    return reader.offset();
  }

  /// Returns the number of bytes read so far.
  long bytesRead() {
    return reader.bytesRead();
  }

  /// Returns the capture time of the next line, in milliseconds since 1970.
  long time() throws IOException {
    if (!stamped) {
      return times.at(reader.offset());
    }
    String begin = reader.peek(STAMP_CHARS);
    int end = begin.indexOf(' ');
    try {
      lastStamp =
          OffsetDateTime.parse(end < 0 ? begin : begin.substring(0, end))
              .toInstant()
              .toEpochMilli();
    } catch (DateTimeParseException noStamp) {
      // A line that the JVM itself prints has no timestamp; the time of the previous line is used.
      return lastStamp;
    }
    return lastStamp;
  }

  /// Returns the next line, but only the part before the offset `end`.
  String line(long end) throws IOException {
    return reader.line(end);
  }

  @Override
  public void close() {
    store.release(bytes);
  }
}
