package io.jpm.balancer.proxy;

import io.jpm.os.OpenFiles;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many clients' connections the daemon has in hand, over all ports. When there are as many as
/// it takes on, none is accepted until a sixteenth of them has ended: further ones wait in the
/// kernel's queues, and are not refused. Where there are several ports none has more than three
/// quarters, so that whoever fills one does not close the others. Any thread.
final class Capacity {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// What a connection takes up of the heap while it is idle, with both of its sockets, and room
  /// for what goes over it.
  private static final long BYTES_EACH = 6 * 1024;

  /// Of the client and of the instance.
  private static final int DESCRIPTORS_EACH = 2;

  /// For instances, of what the daemon does not reserve for itself.
  private static final double DESCRIPTORS_LEFT = 0.25;

  private static final int LEAST = 16;
  private static final int PART = 16;
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final int most;
  private final LongSupplier nanoTime;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong told;
  private final Set<FrontendSockets> doors = ConcurrentHashMap.newKeySet();
  private volatile boolean full;

  /// @param most how many it takes on; a few more may come about
  Capacity(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
    this.told = new AtomicLong(nanoTime.getAsLong() - QUIET.toNanos());
  }

  /// As many as half of the heap and three quarters of the descriptors that the daemon does not
  /// reserve are enough for.
  static Capacity ofThisProcess(LongSupplier nanoTime) {
    return new Capacity(most(Runtime.getRuntime().maxMemory(), descriptors()), nanoTime);
  }

  static int most(long heap, long descriptors) {
    long byHeap = heap / 2 / BYTES_EACH;
    long byDescriptors = (long) (descriptors * (1 - DESCRIPTORS_LEFT)) / DESCRIPTORS_EACH;
    return Math.clamp(Math.min(byHeap, byDescriptors), LEAST, Integer.MAX_VALUE);
  }

  private static long descriptors() {
    return OpenFiles.ofThisProcess()
        .map(files -> (long) files.most() - files.reserved())
        .orElse(Long.MAX_VALUE);
  }

  /// A door follows from now on.
  void add(FrontendSockets frontendSockets) {
    doors.add(frontendSockets);
    frontendSockets.follow();
  }

  void remove(FrontendSockets frontendSockets) {
    doors.remove(frontendSockets);
  }

  /// How many of them one port may have.
  int mostOfOne() {
    return doors.size() > 1 ? most - Math.max(1, most / 4) : most;
  }

  /// By how much what is full has to become less before it is not any more.
  static int part(int most) {
    return Math.max(1, most / PART);
  }

  /// Whether no more are accepted.
  boolean full() {
    return full;
  }

  /// That it is full, for people.
  Optional<String> trouble() {
    return full ? Optional.of(sentence()) : Optional.empty();
  }

  /// A client has come in.
  void entered() {
    if (count.incrementAndGet() >= most) {
      full = true;
      doors.forEach(FrontendSockets::follow);
      tell(sentence());
    }
  }

  /// It has gone.
  void left() {
    if (count.decrementAndGet() <= most - part(most) && full) {
      full = false;
      // Somebody may have come in between.
      full = count.get() >= most;
      doors.forEach(FrontendSockets::follow);
    }
  }

  /// A port has all that one may have.
  void tellOfOne(int port) {
    tell(
        "port %d has %d connections, as many as one may have of what the daemon takes on: further ones wait in the system's queue until some of these end"
            .formatted(port, mostOfOne()));
  }

  private void tell(String sentence) {
    long now = nanoTime.getAsLong();
    long last = told.get();
    if (now - last >= QUIET.toNanos() && told.compareAndSet(last, now)) {
      LOG.log(Level.WARNING, sentence);
    }
  }

  private String sentence() {
    return ("the daemon has %d connections in hand, as many as its memory and descriptors allow:"
            + " further ones wait in the system's queue until some of these end")
        .formatted(count.get());
  }
}
