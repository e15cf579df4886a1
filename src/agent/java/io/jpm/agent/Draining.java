package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Handles the redirected calls of the JDK's sockets while the process drains. Called only then,
/// except for [#accept], which servers with an [Entrance] always call.
final class Draining {
  private static final int UNAVAILABLE = -2;

  /// A server that is notified of a connection and does not get it tries again at once, until
  /// another process has taken it.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /// Bytes of one write beyond this number are written unchanged.
  private static final int MOST = 64 * 1024;

  /// The size of an `iovec` on a 64-bit system.
  private static final int VECTOR_ENTRY = 16;

  private final Jdk jdk;
  private final Memory memory;
  private final Binding binding;
  private final Entrances entrances;
  private volatile boolean begun;

  /// The key is the descriptor object, which equals only itself: descriptor numbers are reused.
  private final Map<FileDescriptor, ClosingResponse> responses =
      Collections.synchronizedMap(new WeakHashMap<>());

  Draining(Jdk jdk, Memory memory, Binding binding, Entrances entrances) {
    this.jdk = jdk;
    this.memory = memory;
    this.binding = binding;
    this.entrances = entrances;
  }

  /// Stops accepting client connections.
  void begin() {
    begun = true;
    entrances.leave();
  }

  /// Accepts a connection for a server, or reports that there is none.
  int accept(FileDescriptor fd, FileDescriptor accepted, InetSocketAddress[] peer)
      throws IOException {
    Entrance entrance = entrances.of(fd);
    if (entrance != null) {
      return entrance.accept(accepted, peer);
    }
    if (!begun || !binding.drains(fd)) {
      return jdk.accept(fd, accepted, peer);
    }
    LockSupport.parkNanos(PAUSE_NANOS);
    return UNAVAILABLE;
  }

  int read(FileDescriptor fd, long address, int length) throws IOException {
    int count = jdk.read(fd, address, length);
    look(fd, address, count);
    return count;
  }

  long readv(FileDescriptor fd, long vector, int count) throws IOException {
    long read = jdk.readv(fd, vector, count);
    if (read > 0 && count > 0) {
      long length = memory.number(vector + VECTOR_ENTRY / 2);
      look(fd, memory.number(vector), (int) Math.min(read, length));
    }
    return read;
  }

  private void look(FileDescriptor fd, long address, int count) {
    if (count > 0
        && ClosingResponse.isRequest(
            memory.get(address, Math.min(count, ClosingResponse.GLANCE)))) {
      responses.computeIfAbsent(fd, it -> new ClosingResponse()).asked();
    }
  }

  int write(FileDescriptor fd, long address, int length) throws IOException {
    ClosingResponse response = responses.get(fd);
    if (response == null || !response.concerned() || length <= 0) {
      return jdk.write(fd, address, length);
    }
    int looked = Math.min(length, MOST);
    int taken = response.write(memory.get(address, looked), bytes -> send(fd, bytes));
    if (taken < looked || looked == length) {
      return taken;
    }
    return taken + Math.max(0, jdk.write(fd, address + looked, length - looked));
  }

  long writev(FileDescriptor fd, long vector, int count) throws IOException {
    ClosingResponse response = responses.get(fd);
    if (response == null || !response.concerned() || count <= 0) {
      return jdk.writev(fd, vector, count);
    }
    int length = (int) Math.min(memory.number(vector + VECTOR_ENTRY / 2), Integer.MAX_VALUE);
    int taken = write(fd, memory.number(vector), length);
    if (taken < length || count == 1) {
      return taken;
    }
    return taken + Math.max(0, jdk.writev(fd, vector + VECTOR_ENTRY, count - 1));
  }

  private int send(FileDescriptor fd, byte[] bytes) throws IOException {
    long address = memory.allocate(bytes.length);
    try {
      memory.put(address, bytes);
      return jdk.write(fd, address, bytes.length);
    } finally {
      memory.free(address);
    }
  }
}
