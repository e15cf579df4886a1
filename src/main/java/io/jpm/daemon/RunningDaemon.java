package io.jpm.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// The daemon that has opened its door in a home.
final class RunningDaemon {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private RunningDaemon() {}

  /// The home's lock as soon as it is free, or empty when the daemon that holds it has opened its
  /// door. One that is about to end still holds it for a moment.
  static Optional<DaemonLock> lockUnlessReady(Home home) throws StartupFailure {
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

  /// The TCP port it listens on, waiting for it to be written down.
  static int port(Home home) throws StartupFailure {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    do {
      try {
        return Integer.parseInt(Files.readString(home.portFile()).strip());
      } catch (NoSuchFileException notYet) {
        LockSupport.parkNanos(LOOK_EVERY.toNanos());
      } catch (IOException | NumberFormatException damaged) {
        throw new StartupFailure(home.portFile() + " cannot be read: " + damaged);
      }
    } while (System.nanoTime() < deadline);
    throw new StartupFailure(
        "another daemon holds %s and has not opened its door: see %s"
            .formatted(home.lock(), home.log()));
  }
}
