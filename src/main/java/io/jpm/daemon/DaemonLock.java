package io.jpm.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One daemon for each home: held for the daemon's life, and given back by the kernel however it
/// ends.
final class DaemonLock {
  private final FileChannel channel;

  private DaemonLock(FileChannel channel) {
    this.channel = channel;
  }

  /// The lock, or empty when another daemon holds it.
  static Optional<DaemonLock> take(Path file) throws StartupFailure {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      @Nullable FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        return Optional.empty();
      }
      return Optional.of(new DaemonLock(channel));
    } catch (IOException error) {
      throw new StartupFailure("the lock %s cannot be taken: %s".formatted(file, error));
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException ours) {
      return null;
    }
  }

  /// Lets another daemon begin.
  void release() {
    try {
      channel.close();
    } catch (IOException _) {
      // Ignored because the kernel gives the lock back in a moment, when this process ends.
    }
  }
}
