package io.jpm.os.linux.channel;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.FdStoreCalls;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What is sent over a [Channel] and not taken yet, in order. Node takes one descriptor at a time
/// and answers; until then nothing else is sent, as in its `child_process`. Guarded by the channel.
final class Outgoing {
  /// How often a descriptor is sent that Node says it did not get.
  private static final int MOST_SENDINGS = 4;

  /// Messages with a descriptor that may wait, each of which holds one open.
  static final int MOST_GIFTS = 1024;

  private final int fd;
  private final int mostBytes;
  private final Deque<Line> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private int gifts;

  /// Sent, if only its beginning, and not answered.
  private @Nullable Gift onItsWay;

  /// @param fd the channel's end
  /// @param mostBytes how much may wait
  Outgoing(int fd, int mostBytes) {
    this.fd = fd;
    this.mostBytes = mostBytes;
  }

  /// A descriptor that is given away.
  private static final class Gift {
    final byte[] line;
    final int given;
    final Consumer<Boolean> taken;
    int sendings;

    Gift(byte[] line, int given, Consumer<Boolean> taken) {
      this.line = line;
      this.given = given;
      this.taken = taken;
    }
  }

  /// A line, or the rest of one.
  private static final class Line {
    final byte[] bytes;
    final Optional<Gift> gift;
    int done;

    Line(byte[] bytes, Optional<Gift> gift) {
      this.bytes = bytes;
      this.gift = gift;
    }
  }

  /// One JSON value as a line.
  static byte[] line(String json) {
    // A line break is only a space in JSON, but here the end of the message.
    return (json.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Whether there is room for one more.
  boolean hasRoom(byte[] line, boolean withDescriptor) {
    return waitingBytes + line.length <= mostBytes && (!withDescriptor || gifts < MOST_GIFTS);
  }

  void add(byte[] line) {
    waiting.add(new Line(line, Optional.empty()));
    waitingBytes += line.length;
  }

  /// Adds a message with a descriptor.
  ///
  /// @param given closed here when it was taken or refused
  /// @param taken told once what came of it: must hand over and return
  void add(byte[] line, int given, Consumer<Boolean> taken) {
    gifts++;
    waitingBytes += line.length;
    waiting.add(new Line(line, Optional.of(new Gift(line, given, taken))));
  }

  /// Whether something could be sent if only the process read.
  boolean waitsForRoom() {
    Line next = waiting.peek();
    return next != null && maySend(next);
  }

  private boolean maySend(Line line) {
    return onItsWay == null || line.gift.filter(gift -> gift == onItsWay).isPresent();
  }

  /// Sends what can be sent without waiting. When the other end is gone, all that waits is given
  /// up.
  ///
  /// @return false in that case
  boolean flush() {
    for (Line next = waiting.peek(); next != null && maySend(next); next = waiting.peek()) {
      int count = send(next);
      if (count == -Errno.EAGAIN) {
        return true;
      }
      if (count == -Errno.ETOOMANYREFS) {
        drop(next); // too many descriptors are on their way, for all processes of this user
      } else if (count < 0 && count != -Errno.EINTR) {
        end();
        return false;
      } else {
        next.done += Math.max(count, 0);
        if (next.done == next.bytes.length) {
          remove(next);
        }
      }
    }
    return true;
  }

  private void drop(Line first) {
    remove(first);
    first.gift.ifPresent(gift -> settle(gift, false));
  }

  private void remove(Line first) {
    waiting.remove();
    waitingBytes -= first.bytes.length;
  }

  private int send(Line line) {
    if (line.gift.isPresent() && line.done == 0) {
      Gift gift = line.gift.get();
      int count = FdStoreCalls.send(fd, line.bytes, List.of(gift.given));
      if (count > 0) {
        gift.sendings++;
        onItsWay = gift;
      }
      return count;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment rest = arena.allocate(line.bytes.length - line.done);
      MemorySegment.copy(
          line.bytes, line.done, rest, ValueLayout.JAVA_BYTE, 0, (int) rest.byteSize());
      return Libc.sendNow(fd, rest);
    }
  }

  /// Takes note of the process's answer; one to nothing is that to a former daemon.
  ///
  /// @param got whether it has the descriptor
  void answered(boolean got) {
    Gift gift = onItsWay;
    // While its line is not out there cannot be an answer.
    if (gift == null || waitsForRoom()) {
      return;
    }
    onItsWay = null;
    if (got || gift.sendings == MOST_SENDINGS) {
      settle(gift, got);
    } else {
      waiting.addFirst(new Line(gift.line, Optional.of(gift)));
      waitingBytes += gift.line.length;
    }
  }

  private void settle(Gift gift, boolean got) {
    gifts--;
    Libc.close(gift.given);
    gift.taken.accept(got);
  }

  /// Gives up all that waits.
  void end() {
    List<Line> all = List.copyOf(waiting);
    Gift first = onItsWay;
    onItsWay = null;
    waiting.clear();
    waitingBytes = 0;
    if (first != null) {
      settle(first, false);
    }
    for (Line line : all) {
      line.gift.filter(gift -> gift != first).ifPresent(gift -> settle(gift, false));
    }
  }
}
