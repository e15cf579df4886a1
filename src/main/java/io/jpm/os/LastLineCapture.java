package io.jpm.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Captures the end of a command's output and returns its last line that is not blank. [#lastLine]
/// may be called on any thread, even while output is being received.
public final class LastLineCapture implements LogPipeReader.OutputReceiver {
  /// Maximum number of bytes of output that are kept.
  public static final int MOST_BYTES = 4096;

  private final ByteBuffer room = ByteBuffer.allocateDirect(MOST_BYTES);
  private final int mostShown;
  private final String control;

  /// The end of the output. Guarded by itself, as is `length`.
  private final byte[] tail = new byte[MOST_BYTES];

  private int length;

  /// Creates a capture without any output.
  ///
  /// @param mostShown the maximum number of characters of the returned line; a longer line is
  ///   truncated
  /// @param control the replacement for each control character
  public LastLineCapture(int mostShown, String control) {
    this.mostShown = mostShown;
    this.control = control;
  }

  @Override
  public ByteBuffer reserve(int waiting) {
    return room.clear().limit(Math.min(waiting, MOST_BYTES));
  }

  @Override
  public void received(int count) {
    append(room.clear().limit(count));
  }

  /// Appends output from a source other than a log pipe.
  public void append(ByteBuffer printed) {
    synchronized (tail) {
      int added = Math.min(printed.remaining(), MOST_BYTES);
      int kept = Math.min(length, MOST_BYTES - added);
      System.arraycopy(tail, length - kept, tail, 0, kept);
      printed.get(printed.limit() - added, tail, kept, added);
      length = kept + added;
    }
  }

  /// Returns the last line that is not blank; empty if there is none.
  public String lastLine() {
    String all;
    synchronized (tail) {
      all = new String(tail, 0, length, StandardCharsets.UTF_8);
    }
    String last =
        all.lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .reduce("", (_, next) -> next)
            .replaceAll("\\p{Cntrl}", control);
    return last.length() <= mostShown ? last : last.substring(0, mostShown) + "…";
  }
}
