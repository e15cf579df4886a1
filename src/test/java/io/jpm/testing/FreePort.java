package io.jpm.testing;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/// Ports for programs that are told theirs before they listen.
public final class FreePort {
  private static final int FIRST = 10_240;
  private static final int USUAL_END = 32_768;

  /// As many processes of a build as can have ports of their own; the build has fewer.
  private static final int SHARES = 12;

  /// Which process of its build this is, from 1 on; 0 outside a build.
  private static final int FORK = Integer.parseInt(System.getProperty("jpm.fork", "0"));

  private static final int BEGIN = share(FORK % (SHARES + 1));
  private static final int END = share(FORK % (SHARES + 1) + 1);

  /// Builds that run at once begin at different places.
  private static int next = BEGIN + (int) (ProcessHandle.current().pid() * 97 % (END - BEGIN));

  private FreePort() {}

  /// One that nobody listens on, not given before, and that the system gives to no connection: of
  /// those, one that was free a moment ago may be some client's by now.
  public static synchronized int find() {
    for (int tries = 0; tries < END - BEGIN; tries++) {
      int port = next;
      next = port + 1 < END ? port + 1 : BEGIN;
      try (var _ = new ServerSocket(port)) {
        return port;
      } catch (IOException taken) {
        // The next one.
      }
    }
    throw new AssertionError("no port from %d to %d is free".formatted(BEGIN, END));
  }

  /// Where the ports of the fork begin: no two processes of a build are given the same one.
  private static int share(int fork) {
    return FIRST + (end() - FIRST) / (SHARES + 1) * Math.min(fork, SHARES + 1);
  }

  /// Where the ports of connections begin, `ip(7)`.
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
