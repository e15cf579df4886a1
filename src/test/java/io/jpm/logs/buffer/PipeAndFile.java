package io.jpm.logs.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.logs.files.NewlineScanner;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// Everything outside the memory that outlives the daemon: a pipe with the output of an app and the
/// file that it is written to. The work of the two threads on them is divided into small steps.
///
/// It records which byte of the source each byte of the file must come from, so that missing bytes
/// can be named.
final class PipeAndFile {
  private static final int MARKER = -1;

  final String name;
  private final byte[] source;
  private final byte[] file;

  /// For each byte of the file, the index of its byte in the source; [#MARKER] for none.
  private final int[] origin;

  /// The index in the source of the bytes of a stream, by position.
  private final TreeMap<Long, Integer> origins = new TreeMap<>();

  private int read;
  private int size;

  PipeAndFile(String name, byte[] source) {
    this.name = name;
    this.source = source;
    this.file = new byte[4 * source.length];
    this.origin = new int[file.length];
  }

  /// Returns lines of `least` to `most` bytes.
  static byte[] lines(SplittableRandom random, int bytes, int least, int most) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    while (out.size() < bytes) {
      int length = random.nextInt(least, most + 1);
      for (int i = 1; i < length; i++) {
        out.write(random.nextInt('"', 0x7f));
      }
      out.write('\n');
    }
    return out.toByteArray();
  }

  int remaining() {
    return source.length - read;
  }

  // ------------------------------------------------------------ the thread of the pipes

  /// Reads from the pipe.
  ///
  /// @param most how much space to request
  /// @param least the minimum that the read returns if the pipe contains it
  /// @return false if there was no space
  boolean read(LogStream stream, int most, int least, StepLimit stepLimit) {
    ByteBuffer room = stream.reserve(Math.min(most, remaining()));
    if (room == null) {
      return false;
    }
    assertThat(room.isDirect()).isTrue();
    // A read that leaves less than eight bytes of its space cannot be distinguished from one that
    // fills it.
    int count = room.capacity() < least + 8 ? room.capacity() : Math.max(least, 1);
    origins.put(stream.streamUnits().state.tail, read);
    stepLimit.step();
    room.put(0, source, read, count);
    read += count;
    stepLimit.step();
    stream.received(count);
    return true;
  }

  // ------------------------------------------------------------ the thread of the file

  /// Writes the waiting bytes.
  ///
  /// @param wholeLines whether only whole lines are written, if there are any
  /// @return false if there was nothing to write
  boolean write(LogStream stream, int most, boolean wholeLines, StepLimit stepLimit) {
    byte[] bytes = bytes(stream.waiting(most));
    long position = stream.streamUnits().state.head;
    LogStream.Losses losses = stream.droppedTotals();
    int consumed = wholeLines ? wholeLines(bytes) : bytes.length;
    String marker =
        losses.lines() > losses.reported() ? "!" + (losses.lines() - losses.reported()) + "\n" : "";
    if (consumed == 0 && marker.isEmpty()) {
      stream.abandon();
      return false;
    }
    int length = marker.length() + consumed;
    stream.begin(new FileWrite(1, 2, 3, size, length, consumed, losses.lines()));
    stepLimit.step();
    append(marker.getBytes(StandardCharsets.US_ASCII), 0, marker.length(), MARKER);
    append(bytes, 0, consumed / 2, position);
    stepLimit.step();
    append(bytes, consumed / 2, consumed, position);
    stepLimit.step();
    stream.done();
    return true;
  }

  private static int wholeLines(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end == 0 ? bytes.length : end;
  }

  static byte[] bytes(List<ByteBuffer> views) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (ByteBuffer view : views) {
      assertThat(view.isReadOnly() && view.isDirect() && view.hasRemaining()).isTrue();
      byte[] part = new byte[view.remaining()];
      view.get(part);
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private void append(byte[] bytes, int from, int to, long position) {
    for (int i = from; i < to; i++) {
      origin[size] = position == MARKER ? MARKER : origin(position + i);
      file[size++] = bytes[i];
    }
  }

  private int origin(long position) {
    Map.Entry<Long, Integer> read = origins.floorEntry(position);
    return (int) (read.getValue() + position - read.getKey());
  }

  /// Settles the write during which a daemon was killed, as the next daemon does.
  void settle(LogStream stream) {
    FileWrite write = stream.unfinished().orElse(null);
    if (write == null) {
      return;
    }
    assertThat(write.target() + " " + write.device() + " " + write.inode()).isEqualTo("1 2 3");
    if (size >= write.offset() + write.length()) {
      stream.done();
    } else {
      size = (int) write.offset();
      stream.abandon();
    }
  }

  /// Drops the whole lines among the first `most` bytes.
  void drop(LogStream stream, int most) {
    byte[] bytes = bytes(stream.waiting(most));
    int end = wholeLines(bytes);
    if (end > 0 && bytes[end - 1] == '\n') {
      stream.drop(end, NewlineScanner.count(ByteBuffer.wrap(bytes, 0, end)));
    } else {
      stream.abandon();
    }
  }

  // ------------------------------------------------------------ what must be true

  /// Writes all waiting bytes. Then checks that the file contains everything that was read, once
  /// and in order, except for the losses that the file reports.
  void check(LogStream stream) {
    settle(stream);
    StepLimit stepLimit = StepLimit.unlimited();
    while (write(stream, 1 << 20, false, stepLimit)) {
      // until no bytes wait
    }
    assertThat(stream.waitingBytes()).as("%s: waiting bytes", name).isZero();
    boolean[] written = new boolean[read];
    long told = readFile(written);
    long missing = 0;
    for (boolean byteWritten : written) {
      missing += byteWritten ? 0 : 1;
    }
    LogStream.Losses losses = stream.droppedTotals();
    assertThat(losses.bytes()).as("%s: bytes lost", name).isEqualTo(missing);
    assertThat(losses.lines()).as("%s: lines lost", name).isEqualTo(damagedLines(written));
    assertThat(told).as("%s: lost lines that the file reports", name).isEqualTo(losses.lines());
    assertThat(losses.reported()).as("%s: lost lines reported", name).isEqualTo(losses.lines());
  }

  private long damagedLines(boolean[] written) {
    long lines = 0;
    boolean damaged = false;
    for (int i = 0; i < written.length; i++) {
      damaged |= !written[i];
      if (source[i] == '\n' || i == written.length - 1) {
        lines += damaged ? 1 : 0;
        damaged = false;
      }
    }
    return lines;
  }

  /// Reads the file.
  ///
  /// @param written receives which bytes of the source are in it
  /// @return the number of lost lines that it reports
  private long readFile(boolean[] written) {
    StringBuilder markers = new StringBuilder();
    int next = 0;
    for (int at = 0; at < size; at++) {
      if (origin[at] == MARKER) {
        markers.append((char) file[at]);
        continue;
      }
      assertThat(origin[at])
          .as("%s: byte %d, in order and once", name, at)
          .isBetween(next, read - 1);
      assertThat(file[at]).as("%s: byte %d", name, at).isEqualTo(source[origin[at]]);
      written[origin[at]] = true;
      next = origin[at] + 1;
    }
    return Arrays.stream(markers.toString().split("[!\n]+"))
        .filter(number -> !number.isEmpty())
        .mapToLong(Long::parseLong)
        .sum();
  }
}
