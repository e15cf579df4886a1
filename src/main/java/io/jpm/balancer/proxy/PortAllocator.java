package io.jpm.balancer.proxy;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/// Allocates ports for instances. A port is not in use when it is allocated. It is not allocated
/// again within a minute, because the program binds it only after it has started. Owned by the
/// balancer's context.
final class PortAllocator {
  private static final Duration APART = Duration.ofMinutes(1);
  private static final int TRIES = 1000;

  private final Map<Integer, Long> given = new HashMap<>();
  private final LongSupplier nanoTime;

  PortAllocator(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// Returns a free port.
  ///
  /// @param taken the ports that are already assigned, whether or not a process listens on them
  /// @throws IOException if no port is free
  int next(Set<Integer> taken) throws IOException {
    long now = nanoTime.getAsLong();
    given.values().removeIf(at -> now - at > APART.toNanos());
    for (int i = 0; i < TRIES; i++) {
      int port = free();
      if (!taken.contains(port) && given.putIfAbsent(port, now) == null) {
        return port;
      }
    }
    throw new IOException("no free port was found");
  }

  /// Binds the wildcard address to find a free port, because most programs bind this address.
  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1)) {
      return socket.getLocalPort();
    }
  }
}
