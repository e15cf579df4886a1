package io.jpm.balancer.proxy;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Ports for instances: free when they are given out, and none twice within a minute, since the
/// program takes its own only when it has started. Owned by the balancer's context.
final class FreePorts {
  private static final Duration APART = Duration.ofMinutes(1);
  private static final int TRIES = 1000;

  private final Map<Integer, Long> given = new HashMap<>();
  private final LongSupplier nanoTime;

  FreePorts(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// A free port.
  ///
  /// @param taken what belongs to somebody, listened on or not
  /// @throws IOException when the machine has none
  int next(Set<Integer> taken) throws IOException {
    long now = nanoTime.getAsLong();
    given.values().removeIf(at -> now - at > APART.toNanos());
    for (int i = 0; i < TRIES; i++) {
      int port = free();
      if (!taken.contains(port) && given.putIfAbsent(port, now) == null) {
        return port;
      }
    }
    throw new IOException("no free port is left");
  }

  /// On every address, since that is what most programs take.
  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1)) {
      return socket.getLocalPort();
    }
  }
}
