package io.jpm.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Finds a daemon that already runs in a home and has opened its bridge.
final class RunningDaemonFinder {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private RunningDaemonFinder() {}

  /// Acquires the lock of the home. Returns empty if another daemon holds the lock and has opened
  /// its bridge. Waits up to 20 s until the lock is available or the bridge is open, because a
  /// daemon that is stopping still holds the lock for a moment. After this time, also returns
  /// empty.
  static Optional<DaemonLock> lockUnlessRunning(Home home) throws StartupException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      Optional<DaemonLock> lock = DaemonLock.take(home.lock());
      if (lock.isPresent() || Files.exists(home.portFile())) {
        return lock;
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    } while (System.nanoTime() < deadline);
    return Optional.empty();
  }

  /// Returns the TCP port of the daemon. Waits until the port file exists.
  static int port(Home home) throws StartupException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      try {
        return Integer.parseInt(Files.readString(home.portFile()).strip());
      } catch (NoSuchFileException notYet) {
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      } catch (IOException | NumberFormatException damaged) {
        throw new StartupException(home.portFile() + " cannot be read: " + damaged);
      }
    } while (System.nanoTime() < deadline);
    throw new StartupException(
        "another daemon holds the lock %s but has not opened its port yet: see %s"
            .formatted(home.lock(), home.log()));
  }
}
