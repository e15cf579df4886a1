package io.jpm.os;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Takes what a command prints and keeps the end of it, of which the last line that is not blank is
/// shown. Safe to read while the thread of the pipes writes.
public final class LastLine implements LogPipes.Taker {
  /// How much of the end is kept.
  public static final int MOST_BYTES = 4096;

  private final ByteBuffer room = ByteBuffer.allocateDirect(MOST_BYTES);
  private final int mostShown;
  private final String control;

  /// Guarded by itself, as is `length`.
  private final byte[] tail = new byte[MOST_BYTES];

  private int length;

  /// @param mostShown characters of a line that is shown; longer ones are cut
  /// @param control what stands for a control character
  public LastLine(int mostShown, String control) {
    this.mostShown = mostShown;
    this.control = control;
  }

  @Override
  public ByteBuffer reserve(int waiting) {
    return room.clear().limit(Math.min(waiting, MOST_BYTES));
  }

  @Override
  public void received(int count) {
    keep(room.clear().limit(count));
  }

  /// Takes in what was printed next, however it has come here.
  public void keep(ByteBuffer printed) {
    synchronized (tail) {
      int added = Math.min(printed.remaining(), MOST_BYTES);
      int kept = Math.min(length, MOST_BYTES - added);
      System.arraycopy(tail, length - kept, tail, 0, kept);
      printed.get(printed.limit() - added, tail, kept, added);
      length = kept + added;
    }
  }

  /// The last line that is not blank; empty where nothing was printed.
  public String text() {
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
