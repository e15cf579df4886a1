package io.jpm.logs;

import io.jpm.bus.LogPosition;
import io.jpm.bus.LogsReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Reads lines out of log files. Blocking; a file that is not there has no lines.
final class LogReader {
  /// What one look at one file reads at most; the rest follows with the next look.
  private static final int CHUNK_BYTES = 256 * 1024;

  /// What one answer holds at most, all files together: a daemon has a small heap. A tail is looked
  /// for in the last bytes only, however long its lines are.
  private static final int BUDGET_BYTES = 2 * 1024 * 1024;

  private LogReader() {}

  /// The last `count` lines of each file, and the ends of the files.
  static LogsReply.Lines tail(List<Path> files, int count) {
    List<LogsReply.Line> lines = new ArrayList<>();
    List<LogPosition> positions = new ArrayList<>();
    int share = BUDGET_BYTES / Math.max(1, files.size());
    for (Path file : files) {
      long size = size(file);
      positions.add(new LogPosition(file, size));
      if (count > 0 && size > 0) {
        lines.addAll(lastLines(file, size, count, share));
      }
    }
    return new LogsReply.Lines(lines, positions);
  }

  /// The complete lines that came after the positions.
  static LogsReply.Lines onwards(List<LogPosition> positions) {
    List<LogsReply.Line> lines = new ArrayList<>();
    List<LogPosition> next = new ArrayList<>();
    int share = Math.min(CHUNK_BYTES, BUDGET_BYTES / Math.max(1, positions.size()));
    for (LogPosition position : positions) {
      next.add(onwards(position, lines, share));
    }
    return new LogsReply.Lines(lines, next);
  }

  private static LogPosition onwards(LogPosition position, List<LogsReply.Line> lines, int most) {
    Path file = position.file();
    long size = size(file);
    // Smaller than before: somebody emptied or replaced it.
    long from = size < position.offset() ? 0 : position.offset();
    if (size <= from) {
      return new LogPosition(file, from);
    }
    byte[] bytes = read(file, from, (int) Math.min(most, size - from));
    int end = lastLineEnd(bytes);
    if (end == 0 && bytes.length == most) {
      end = bytes.length;
    }
    split(file, bytes, end, lines);
    return new LogPosition(file, from + end);
  }

  private static List<LogsReply.Line> lastLines(Path file, long size, int count, int most) {
    int blockSize = 64 * 1024;
    long from = size;
    byte[] bytes = {};
    while (from > 0 && bytes.length < most) {
      int block = (int) Math.min(Math.min(blockSize, most - bytes.length), from);
      from -= block;
      byte[] before = read(file, from, block);
      byte[] joined = new byte[before.length + bytes.length];
      System.arraycopy(before, 0, joined, 0, before.length);
      System.arraycopy(bytes, 0, joined, before.length, bytes.length);
      bytes = joined;
      blockSize *= 2;
      if (lineEnds(bytes) > count) {
        break;
      }
    }
    List<LogsReply.Line> lines = new ArrayList<>();
    split(file, bytes, bytes.length, lines);
    return lines.size() <= count ? lines : lines.subList(lines.size() - count, lines.size());
  }

  private static void split(Path file, byte[] bytes, int end, List<LogsReply.Line> lines) {
    int start = 0;
    while (start < end) {
      int stop = start;
      while (stop < end && bytes[stop] != '\n') {
        stop++;
      }
      int length = stop - start;
      if (length > 0 && bytes[stop - 1] == '\r') {
        length--;
      }
      lines.add(new LogsReply.Line(file, new String(bytes, start, length, StandardCharsets.UTF_8)));
      start = stop + 1;
    }
  }

  private static int lineEnds(byte[] bytes) {
    int ends = 0;
    for (byte b : bytes) {
      if (b == '\n') {
        ends++;
      }
    }
    return ends;
  }

  private static int lastLineEnd(byte[] bytes) {
    for (int i = bytes.length; i > 0; i--) {
      if (bytes[i - 1] == '\n') {
        return i;
      }
    }
    return 0;
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException gone) {
      return 0;
    }
  }

  private static byte[] read(Path file, long from, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
        // Until all is read or the file ends early.
      }
    } catch (IOException gone) {
      return new byte[0];
    }
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }
}
