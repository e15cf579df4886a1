package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Implements the redirected calls of the JDK's sockets while the process drains. Servers with a
/// [ProbedListener] always call [#accept]; all other methods are called only while the process
/// drains.
final class DrainInterceptor {
  private static final int UNAVAILABLE = -2;

  /// The pause of a server that is notified of a connection but must not accept it. Without the
  /// pause, the server would retry continuously until another process accepts the connection.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// The maximum number of bytes that are examined per write. Further bytes are written unchanged.
  private static final int MOST = 64 * 1024;

  /// The size of an `iovec` on a 64-bit system.
  private static final int VECTOR_ENTRY = 16;

  private final JdkSockets jdkSockets;
  private final UnsafeMemory unsafeMemory;
  private final SharedSocketBinder sharedSocketBinder;
  private final ProbedListeners probedListeners;
  private volatile boolean begun;

  /// The state of each connection. The keys are descriptor objects, which are compared by identity,
  /// because descriptor numbers are reused.
  private final Map<FileDescriptor, CloseHeaderInjector> responses =
      Collections.synchronizedMap(new WeakHashMap<>());

  DrainInterceptor(
      JdkSockets jdkSockets,
      UnsafeMemory unsafeMemory,
      SharedSocketBinder sharedSocketBinder,
      ProbedListeners probedListeners) {
    this.jdkSockets = jdkSockets;
    this.unsafeMemory = unsafeMemory;
    this.sharedSocketBinder = sharedSocketBinder;
    this.probedListeners = probedListeners;
  }

  /// Stops accepting client connections.
  void start() {
    begun = true;
    probedListeners.stopAccepting();
  }

  /// Accepts a connection for a server, or reports that there is none.
  int accept(FileDescriptor fd, FileDescriptor accepted, InetSocketAddress[] peer)
      throws IOException {
    ProbedListener probedListener = probedListeners.of(fd);
    if (probedListener != null) {
      return probedListener.accept(accepted, peer);
    }
    if (!begun || !sharedSocketBinder.stopsOnDrain(fd)) {
      return jdkSockets.accept(fd, accepted, peer);
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return UNAVAILABLE;
  }

  int read(FileDescriptor fd, long address, int length) throws IOException {
    int count = jdkSockets.read(fd, address, length);
    detectRequest(fd, address, count);
    return count;
  }

  long readv(FileDescriptor fd, long vector, int count) throws IOException {
    long read = jdkSockets.readv(fd, vector, count);
    if (read > 0 && count > 0) {
      long length = unsafeMemory.number(vector + VECTOR_ENTRY / 2);
      detectRequest(fd, unsafeMemory.number(vector), (int) Math.min(read, length));
    }
    return read;
  }

  private void detectRequest(FileDescriptor fd, long address, int count) {
    if (count > 0
        && CloseHeaderInjector.isRequest(
            unsafeMemory.get(address, Math.min(count, CloseHeaderInjector.PREFIX_LENGTH)))) {
      responses.computeIfAbsent(fd, it -> new CloseHeaderInjector()).requestReceived();
    }
  }

  int write(FileDescriptor fd, long address, int length) throws IOException {
    CloseHeaderInjector response = responses.get(fd);
    if (response == null || !response.isActive() || length <= 0) {
      return jdkSockets.write(fd, address, length);
    }
    int looked = Math.min(length, MOST);
    int taken = response.write(unsafeMemory.get(address, looked), bytes -> send(fd, bytes));
    if (taken < looked || looked == length) {
      return taken;
    }
    return taken + Math.max(0, jdkSockets.write(fd, address + looked, length - looked));
  }

  long writev(FileDescriptor fd, long vector, int count) throws IOException {
    CloseHeaderInjector response = responses.get(fd);
    if (response == null || !response.isActive() || count <= 0) {
      return jdkSockets.writev(fd, vector, count);
    }
    int length = (int) Math.min(unsafeMemory.number(vector + VECTOR_ENTRY / 2), Integer.MAX_VALUE);
    int taken = write(fd, unsafeMemory.number(vector), length);
    if (taken < length || count == 1) {
      return taken;
    }
    return taken + Math.max(0, jdkSockets.writev(fd, vector + VECTOR_ENTRY, count - 1));
  }

  private int send(FileDescriptor fd, byte[] bytes) throws IOException {
    long address = unsafeMemory.allocate(bytes.length);
    try {
      unsafeMemory.put(address, bytes);
      return jdkSockets.write(fd, address, bytes.length);
    } finally {
      unsafeMemory.free(address);
    }
  }
}
