package io.jpm.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// Ports for programs that must be given theirs before they listen.
public final class FreePort {
  private static final int FIRST = 10_240;
  private static final int USUAL_END = 32_768;

  /// How many processes of a build can have ports of their own; the build has fewer.
  private static final int SHARES = 12;

  /// The number of this process in its build, starting at 1; 0 outside a build.
  private static final int FORK = Integer.parseInt(System.getProperty("jpm.fork", "0"));

  private static final int BEGIN = share(FORK % (SHARES + 1));
  private static final int END = share(FORK % (SHARES + 1) + 1);

  /// Builds that run at the same time begin at different positions.
  private static int next = BEGIN + (int) (ProcessHandle.current().pid() * 97 % (END - BEGIN));

  private FreePort() {}

  /// Returns a port on which no process listens, that was not returned before, and that the system
  /// does not assign to connections. A port that the system does assign may belong to a client even
  /// if it was free a moment ago.
  public static synchronized int find() {
    for (int tries = 0; tries < END - BEGIN; tries++) {
      int port = next;
      next = port + 1 < END ? port + 1 : BEGIN;
      try (var _ = new ServerSocket(port)) {
        return port;
      } catch (IOException taken) {
        // The next port is tried.
      }
    }
    throw new AssertionError("no port from %d to %d is free".formatted(BEGIN, END));
  }

  /// Returns the first port of the fork. No two processes of a build are given the same port.
  private static int share(int fork) {
    return FIRST + (end() - FIRST) / (SHARES + 1) * Math.min(fork, SHARES + 1);
  }

  /// Returns the first port that the system assigns to connections, `ip(7)`.
  private static int end() {
    try {
      String range = Files.readString(Path.of("/proc/sys/net/ipv4/ip_local_port_range"));
      int begin = Integer.parseInt(range.strip().split("\\s+", -1)[0]);
      return begin > FIRST + 1000 ? Math.min(begin, USUAL_END) : USUAL_END;
    } catch (IOException | NumberFormatException untold) {
      return USUAL_END;
    }
  }
}
