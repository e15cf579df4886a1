package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/// How output becomes what stands in the file. Owned by a lane.
interface Layout {
  /// Lays out as much as is ready.
  ///
  /// @param waiting what waits, oldest first
  /// @param all whether a line without an end is ready too: it has waited long enough
  /// @param at when it was captured
  /// @return how much of it is laid out; nothing when no line has ended
  Laid lay(List<ByteBuffer> waiting, boolean all, Instant at);

  /// Bytes for the file.
  ///
  /// @param bytes the bytes, valid until the next call
  /// @param consumed how many bytes of the stream they stand for
  record Laid(List<ByteBuffer> bytes, int consumed) {
    static final Laid NOTHING = new Laid(List.of(), 0);
  }

  /// A line of our own, laid out like those of the app, in a buffer of its own.
  ByteBuffer line(String text, Instant at);
}
