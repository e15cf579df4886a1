package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;

/// Converts captured output into the bytes that are written to a log file. Confined to a disk
/// thread.
interface LogLayout {
  /// Formats as much of the output as is ready.
  ///
  /// @param waiting the waiting output, oldest first
  /// @param all whether a line without a line end is also ready, because it has waited long enough
  /// @param at the capture time
  /// @return the formatted output; [FormattedBytes#NOTHING] if nothing is ready
  FormattedBytes format(List<ByteBuffer> waiting, boolean all, Instant at);

  /// Bytes for the file.
  ///
  /// @param bytes the formatted bytes, valid until the next call
  /// @param consumed the number of stream bytes from which they were formatted
  record FormattedBytes(List<ByteBuffer> bytes, int consumed) {
    static final FormattedBytes NOTHING = new FormattedBytes(List.of(), 0);
  }

  /// Formats a notice by jpm like a line of the app. Returns a new buffer.
  ByteBuffer formatNotice(String text, Instant at);
}
