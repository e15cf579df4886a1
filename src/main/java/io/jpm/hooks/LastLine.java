package io.jpm.hooks;

import io.jpm.os.LogPipes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Takes what a command prints and remembers the end of it.
final class LastLine implements LogPipes.Taker {
  private static final int REMEMBERED = 4096;
  private static final int SHOWN = 300;

  private final ByteBuffer room = ByteBuffer.allocateDirect(REMEMBERED);

  /// Guarded by itself, as is `length`: written on the thread of the pipes.
  private final byte[] tail = new byte[REMEMBERED];

  private int length;

  @Override
  public ByteBuffer reserve(int waiting) {
    return room.clear().limit(Math.min(waiting, REMEMBERED));
  }

  @Override
  public void received(int count) {
    synchronized (tail) {
      int kept = Math.min(length, REMEMBERED - count);
      System.arraycopy(tail, length - kept, tail, 0, kept);
      room.get(0, tail, kept, count);
      length = kept + count;
    }
  }

  /// The last line that is not blank, without control characters; empty where nothing was printed.
  String text() {
    String all;
    synchronized (tail) {
      all = new String(tail, 0, length, StandardCharsets.UTF_8);
    }
    List<String> lines = all.lines().filter(line -> !line.isBlank()).toList();
    if (lines.isEmpty()) {
      return "";
    }
    String last = lines.getLast().strip().replaceAll("\\p{Cntrl}", "?");
    return last.length() <= SHOWN ? last : last.substring(0, SHOWN) + "…";
  }
}
