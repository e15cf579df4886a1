package io.jpm.os.linux;

import io.jpm.os.HostFixture;
import io.jpm.os.LogPipeReader;
import io.jpm.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A sink for the bytes of a pipe, with as much free space as a test grants it.
class BoundedSink implements LogPipeReader.OutputReceiver {
  private static final int BYTES = 64 * 1024;

  /// All fields below are guarded by `this`.
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();

  private ByteBuffer reserved = ByteBuffer.allocateDirect(0);
  private int capacity = Integer.MAX_VALUE;
  private int refusals;
  private boolean refuseOnce;
  private @Nullable Error fault;
  private @Nullable CountDownLatch gate;

  private volatile Runnable before = () -> {};

  /// Limits the capacity to `bytes` from now on.
  synchronized void room(int bytes) {
    capacity = bytes;
  }

  /// Refuses the next reservation and grants the one after it.
  synchronized void refuseOnce() {
    refuseOnce = true;
  }

  /// Makes the next reservation fail.
  synchronized void failOnce(Error error) {
    fault = error;
  }

  /// Blocks the first reservation until `latch` is open.
  synchronized void blockOn(CountDownLatch latch) {
    gate = latch;
  }

  /// Runs before each reservation is answered.
  void before(Runnable task) {
    before = task;
  }

  synchronized int refusals() {
    return refusals;
  }

  synchronized int size() {
    return received.size();
  }

  synchronized byte[] bytes() {
    return received.toByteArray();
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  void awaitText(String expected) {
    Eventually.await(
        "the sink contains '" + expected + "'",
        HostFixture.DEADLINE,
        () -> text().equals(expected),
        this::text);
  }

  @Override
  public @Nullable ByteBuffer reserve(int waiting) {
    before.run();
    awaitGate();
    return answer(waiting);
  }

  private void awaitGate() {
    CountDownLatch latch;
    synchronized (this) {
      latch = gate;
      gate = null;
    }
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized @Nullable ByteBuffer answer(int waiting) {
    Error now = fault;
    fault = null;
    if (now != null) {
      throw now;
    }
    int left = Math.min(capacity - received.size(), Math.min(waiting, BYTES));
    if (left == 0 || refuseOnce) {
      refuseOnce = false;
      refusals++;
      return null;
    }
    reserved = ByteBuffer.allocateDirect(left);
    return reserved;
  }

  @Override
  public synchronized void received(int count) {
    byte[] bytes = new byte[count];
    reserved.get(0, bytes);
    received.write(bytes, 0, count);
  }
}
