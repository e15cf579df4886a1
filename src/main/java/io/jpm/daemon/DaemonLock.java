package io.jpm.daemon;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One daemon for each home: held for the daemon's life, and given back by the kernel however it
/// ends.
///
/// The file must not be opened a second time in this process: the kernel gives a lock of this kind
/// back as soon as any descriptor of the file is closed (`fcntl(2)`). To look at it is harmless.
final class DaemonLock {
  private static final int ATTEMPTS = 100;

  private final Path file;
  private final FileChannel channel;

  /// The locked file, whatever name it has now. While it is open no other one can be this.
  private final Optional<Object> identity;

  private DaemonLock(Path file, FileChannel channel, Optional<Object> identity) {
    this.file = file;
    this.channel = channel;
    this.identity = identity;
  }

  /// The lock, or empty when another daemon holds it.
  static Optional<DaemonLock> take(Path file) throws StartupFailure {
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (!Files.exists(file)) {
          FileChannel.open(
                  file,
                  Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                  Home.OWNERS_FILE)
              .close();
        }
        Optional<Object> before = identity(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        @Nullable FileLock lock = tryLock(channel);
        if (lock == null) {
          channel.close();
          return Optional.empty();
        }
        if (before.equals(identity(file))) {
          return Optional.of(new DaemonLock(file, channel, before));
        }
        // Replaced between the look and the opening.
        channel.close();
      }
      throw new IOException("it is replaced again and again");
    } catch (IOException error) {
      throw new StartupFailure("the lock %s cannot be taken: %s".formatted(file, error));
    }
  }

  /// Whether the home still has the file that is locked: where it was removed or replaced, another
  /// daemon may serve the same path by now. One `stat`.
  boolean isInPlace() {
    try {
      return identity.isEmpty() || identity.equals(identity(file));
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException unknown) {
      return true; // A disk that does not answer is no removal.
    }
  }

  private static Optional<Object> identity(Path file) throws IOException {
    return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
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
