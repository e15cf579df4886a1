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

/// The send queue of a [Channel]. Node accepts one descriptor at a time and replies to each. As in
/// Node's `child_process`, nothing else is sent until the reply arrives. Guarded by the channel.
final class Outgoing {
  /// Maximum number of times that a descriptor is sent if Node replies each time that it did not
  /// receive the descriptor.
  private static final int MOST_SENDINGS = 4;

  /// Maximum number of queued messages with a descriptor. The daemon keeps each of these
  /// descriptors open until the process has replied.
  static final int MAX_DESCRIPTORS = 1024;

  private final int fd;
  private final int mostBytes;
  private final Deque<Line> waiting = new ArrayDeque<>();
  private int waitingBytes;
  private int descriptorCount;

  /// The descriptor that was sent but to which the process has not replied yet. The rest of its
  /// line may still have to be sent.
  private @Nullable PendingDescriptor descriptorInTransit;

  /// @param fd the daemon's end of the channel
  /// @param mostBytes the maximum length of the queue
  Outgoing(int fd, int mostBytes) {
    this.fd = fd;
    this.mostBytes = mostBytes;
  }

  /// A descriptor to pass to the process.
  private static final class PendingDescriptor {
    final byte[] line;
    final int given;
    final Consumer<Boolean> taken;
    int sendings;

    PendingDescriptor(byte[] line, int given, Consumer<Boolean> taken) {
      this.line = line;
      this.given = given;
      this.taken = taken;
    }
  }

  /// A line, which may have been sent in part.
  private static final class Line {
    final byte[] bytes;
    final Optional<PendingDescriptor> gift;
    int done;

    Line(byte[] bytes, Optional<PendingDescriptor> gift) {
      this.bytes = bytes;
      this.gift = gift;
    }
  }

  /// Encodes a JSON value as a line of UTF-8.
  static byte[] line(String json) {
    // A line feed is whitespace in JSON, but here it terminates the message.
    return (json.replace('\n', ' ') + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// Reports whether the queue has space for another line.
  boolean hasSpace(byte[] line, boolean withDescriptor) {
    return waitingBytes + line.length <= mostBytes
        && (!withDescriptor || descriptorCount < MAX_DESCRIPTORS);
  }

  void add(byte[] line) {
    waiting.add(new Line(line, Optional.empty()));
    waitingBytes += line.length;
  }

  /// Adds a message that passes a descriptor.
  ///
  /// @param given the descriptor, which is closed once the process has received or refused it
  /// @param taken called once with the outcome; must pass it on and return immediately
  void add(byte[] line, int given, Consumer<Boolean> taken) {
    descriptorCount++;
    waitingBytes += line.length;
    waiting.add(new Line(line, Optional.of(new PendingDescriptor(line, given, taken))));
  }

  /// Reports whether a line is queued that can be sent as soon as the process reads from the
  /// channel, without waiting for a reply.
  boolean isBlocked() {
    Line next = waiting.peek();
    return next != null && maySend(next);
  }

  private boolean maySend(Line line) {
    return descriptorInTransit == null
        || line.gift
            .filter(pendingDescriptor -> pendingDescriptor == descriptorInTransit)
            .isPresent();
  }

  /// Sends as much as possible without blocking. Drops the whole queue if the other end is closed.
  ///
  /// @return false if the other end is closed
  boolean flush() {
    for (Line next = waiting.peek(); next != null && maySend(next); next = waiting.peek()) {
      int count = send(next);
      if (count == -Errno.EAGAIN) {
        return true;
      }
      if (count == -Errno.ETOOMANYREFS) {
        drop(next); // too many descriptors of this user are in flight
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
    first.gift.ifPresent(pendingDescriptor -> settle(pendingDescriptor, false));
  }

  private void remove(Line first) {
    waiting.remove();
    waitingBytes -= first.bytes.length;
  }

  private int send(Line line) {
    if (line.gift.isPresent() && line.done == 0) {
      PendingDescriptor pendingDescriptor = line.gift.get();
      int count = FdStoreCalls.send(fd, line.bytes, List.of(pendingDescriptor.given));
      if (count > 0) {
        pendingDescriptor.sendings++;
        descriptorInTransit = pendingDescriptor;
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

  /// Handles the reply of the process to the descriptor in transit. A descriptor that the process
  /// did not receive is sent again. If no descriptor is in transit, the reply belongs to a message
  /// of an earlier daemon and is ignored.
  ///
  /// @param got whether the process received the descriptor
  void answered(boolean got) {
    PendingDescriptor pendingDescriptor = descriptorInTransit;
    // The process cannot have replied before the whole line was sent.
    if (pendingDescriptor == null || isBlocked()) {
      return;
    }
    descriptorInTransit = null;
    if (got || pendingDescriptor.sendings == MOST_SENDINGS) {
      settle(pendingDescriptor, got);
    } else {
      waiting.addFirst(new Line(pendingDescriptor.line, Optional.of(pendingDescriptor)));
      waitingBytes += pendingDescriptor.line.length;
    }
  }

  private void settle(PendingDescriptor pendingDescriptor, boolean got) {
    descriptorCount--;
    Libc.close(pendingDescriptor.given);
    pendingDescriptor.taken.accept(got);
  }

  /// Drops the whole queue.
  void end() {
    List<Line> all = List.copyOf(waiting);
    PendingDescriptor first = descriptorInTransit;
    descriptorInTransit = null;
    waiting.clear();
    waitingBytes = 0;
    if (first != null) {
      settle(first, false);
    }
    for (Line line : all) {
      line.gift
          .filter(pendingDescriptor -> pendingDescriptor != first)
          .ifPresent(pendingDescriptor -> settle(pendingDescriptor, false));
    }
  }
}
