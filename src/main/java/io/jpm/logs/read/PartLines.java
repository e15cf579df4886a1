package io.jpm.logs.read;

import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/// The lines of one file of a log, each with the time of its capture.
final class PartLines implements AutoCloseable {
  /// The longest time at the beginning of a line of the daemon's log:
  /// `2026-11-21T13:20:39.123+01:00`.
  private static final int STAMP_CHARS = 29;

  private final LogStore store;
  private final boolean stamped;
  private final PartBytes bytes;
  private final LineReader reader;
  private final FileTimes times;
  private long lastStamp;

  PartLines(LogStore store, LogChain chain, LogChain.Place place, int bufferBytes) {
    this(store, chain, place, bufferBytes, store.times(chain, chain.files().get(place.index())));
  }

  /// @param times of the file, should they be known already
  PartLines(
      LogStore store, LogChain chain, LogChain.Place place, int bufferBytes, FileTimes times) {
    LogFile file = chain.files().get(place.index());
    this.store = store;
    this.stamped = chain.log().equals(store.daemonLog());
    this.bytes = store.bytes(file, place.offset());
    this.reader = new LineReader(bytes, place.offset(), bufferBytes);
    this.times = times;
  }

  boolean atEnd() throws IOException {
    return reader.atEnd();
  }

  /// Where the next line begins.
  long offset() {
    return reader.offset();
  }

  /// How many bytes have been read so far.
  long work() {
    return reader.work();
  }

  /// When the next line was captured, milliseconds since 1970.
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
      // What the JVM itself prints belongs to the line before.
      return lastStamp;
    }
    return lastStamp;
  }

  /// The next line, or what there is of it before `end`.
  String line(long end) throws IOException {
    return reader.line(end);
  }

  @Override
  public void close() {
    store.release(bytes);
  }
}
