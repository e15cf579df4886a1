package io.jpm.balancer.proxy;

import io.jpm.os.DescriptorBudget;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Limits the number of client connections over all proxy ports. At the limit, no more connections
/// are accepted until a sixteenth of them are closed. Meanwhile, new connections wait in the
/// kernel's queues and are not refused. If there are several ports, none may use more than three
/// quarters of the limit, so a full port does not block the others. Thread-safe.
final class ProxyConnectionLimiter {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// The heap that a connection needs for its two sockets while it is idle, and for the data that
  /// passes through.
  private static final long BYTES_EACH = 6 * 1024;

  /// One descriptor for the client and one for the instance.
  private static final int DESCRIPTORS_EACH = 2;

  /// The fraction of the unreserved descriptors that proxy connections must leave for instances.
  private static final double DESCRIPTORS_LEFT = 0.25;

  private static final int LEAST = 16;
  private static final int PART = 16;
  private static final Duration QUIET = Duration.ofMinutes(1);

  private final int most;
  private final LongSupplier nanoTime;
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicLong told;
  private final Set<FrontendSockets> ports = ConcurrentHashMap.newKeySet();
  private volatile boolean full;

  /// @param most the limit, which may be exceeded by a few connections
  ProxyConnectionLimiter(int most, LongSupplier nanoTime) {
    this.most = most;
    this.nanoTime = nanoTime;
    this.told = new AtomicLong(nanoTime.getAsLong() - QUIET.toNanos());
  }

  /// Returns a limiter whose connections need at most half of the heap and three quarters of the
  /// unreserved descriptors.
  static ProxyConnectionLimiter ofThisProcess(LongSupplier nanoTime) {
    return new ProxyConnectionLimiter(
        limitFor(Runtime.getRuntime().maxMemory(), descriptors()), nanoTime);
  }

  static int limitFor(long heap, long descriptors) {
    long byHeap = heap / 2 / BYTES_EACH;
    long byDescriptors = (long) (descriptors * (1 - DESCRIPTORS_LEFT)) / DESCRIPTORS_EACH;
    return Math.clamp(Math.min(byHeap, byDescriptors), LEAST, Integer.MAX_VALUE);
  }

  private static long descriptors() {
    return DescriptorBudget.ofThisProcess()
        .map(files -> (long) files.limit() - files.reserved())
        .orElse(Long.MAX_VALUE);
  }

  /// Applies the limit to a port from now on.
  void add(FrontendSockets frontendSockets) {
    ports.add(frontendSockets);
    frontendSockets.follow();
  }

  void remove(FrontendSockets frontendSockets) {
    ports.remove(frontendSockets);
  }

  /// Returns the limit per port.
  int mostOfOne() {
    return ports.size() > 1 ? most - Math.max(1, most / 4) : most;
  }

  /// Returns how far a count must fall below its limit before connections are accepted again.
  static int part(int most) {
    return Math.max(1, most / PART);
  }

  /// Reports whether the limit is reached. If so, no more connections are accepted.
  boolean isFull() {
    return full;
  }

  /// Returns a message for users if the limit is reached; otherwise empty.
  Optional<String> problem() {
    return full ? Optional.of(sentence()) : Optional.empty();
  }

  /// Counts a new client connection.
  void acquire() {
    if (count.incrementAndGet() >= most) {
      full = true;
      ports.forEach(FrontendSockets::follow);
      tell(sentence());
    }
  }

  /// Counts a closed client connection.
  void release() {
    if (count.decrementAndGet() <= most - part(most) && full) {
      full = false;
      // Another connection may have been counted in between.
      full = count.get() >= most;
      ports.forEach(FrontendSockets::follow);
    }
  }

  /// Logs that a port has reached the limit per port.
  void tellOfOne(int port) {
    tell(
        "port %d has %d connections, the limit per port: new ones wait in the kernel's queue until some are closed"
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
    return ("the daemon serves %d connections, as many as its memory and descriptors allow: new"
            + " ones wait in the kernel's queue until some are closed")
        .formatted(count.get());
  }
}
