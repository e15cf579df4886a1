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

/// The lock that allows only one daemon per home. It is held as long as the daemon runs. The kernel
/// releases it however the daemon terminates.
///
/// The file must not be opened a second time in this process: the kernel releases such a lock as
/// soon as any descriptor of the file is closed (`fcntl(2)`). Reading the file's attributes is
/// harmless.
final class DaemonLock {
  private static final int ATTEMPTS = 100;

  private final Path file;
  private final FileChannel channel;

  /// The device and inode of the locked file, which stay the same after a rename. They are not
  /// reused while the file is open.
  private final Optional<Object> identity;

  private DaemonLock(Path file, FileChannel channel, Optional<Object> identity) {
    this.file = file;
    this.channel = channel;
    this.identity = identity;
  }

  /// Acquires the lock. Returns empty if another daemon holds it.
  static Optional<DaemonLock> take(Path file) throws StartupException {
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
        // The file was replaced before it was opened.
        channel.close();
      }
      throw new IOException("the file is replaced repeatedly");
    } catch (IOException error) {
      throw new StartupException("cannot acquire the lock %s: %s".formatted(file, error));
    }
  }

  /// Reports whether the home still contains the locked file. If the file was removed or replaced,
  /// another daemon may already serve the same path. The check costs one `stat` call.
  boolean isInPlace() {
    try {
      return identity.isEmpty() || identity.equals(identity(file));
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException unknown) {
      return true; // an unreadable file has not been removed
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

  /// Releases the lock, so that another daemon can start.
  void release() {
    try {
      channel.close();
    } catch (IOException _) {
      // Ignored: the kernel releases the lock when this process exits.
    }
  }
}
