package io.jpm.satan.health;

import io.jpm.os.LogPipes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Keeps the end of what a command prints, of which the last line that is not empty is shown. Taken
/// from the thread of the pipes and read on Satan's context.
final class LastLine implements LogPipes.Taker {
  private static final int MOST_BYTES = 4096;

  /// Longer lines are cut: a reason is one line of a list.
  private static final int MOST_SHOWN = 200;

  private final ByteBuffer room = ByteBuffer.allocateDirect(MOST_BYTES);
  private byte[] kept = {};

  @Override
  public ByteBuffer reserve(int waiting) {
    return room.clear().limit(Math.min(waiting, MOST_BYTES));
  }

  @Override
  public void received(int count) {
    byte[] bytes = new byte[count];
    room.clear().get(0, bytes);
    keep(bytes);
  }

  /// Takes in what was printed next.
  synchronized void keep(byte[] bytes) {
    byte[] all = new byte[kept.length + bytes.length];
    System.arraycopy(kept, 0, all, 0, kept.length);
    System.arraycopy(bytes, 0, all, kept.length, bytes.length);
    int from = Math.max(0, all.length - MOST_BYTES);
    kept = Arrays.copyOfRange(all, from, all.length);
  }

  /// The last line, without control characters; empty when nothing was printed.
  synchronized String text() {
    String last =
        new String(kept, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .reduce("", (_, next) -> next);
    String shown = last.replaceAll("\\p{Cntrl}", "");
    return shown.length() > MOST_SHOWN ? shown.substring(0, MOST_SHOWN) + "…" : shown;
  }
}
