package io.jpm.bus;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;

/// Puts small files of the home in place, which only their owner may read: readers find the former
/// content or the new one. Blocking; one thread at a time may write a file.
public final class SmallFile {
  private SmallFile() {}

  /// Writes beside the file, and renames that over it. What [#withdraw] has left is written over,
  /// so that takes no space of a full disk.
  ///
  /// @param text all that is to be in it
  /// @throws IOException when it was not put in place; the former content stays
  public static void write(Path file, String text) throws IOException {
    write(file, text, false);
  }

  /// As [#write], and it is on the disk when this returns, whatever becomes of the machine.
  public static void writeDurably(Path file, String text) throws IOException {
    write(file, text, true);
    Path folder =
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file is in a folder");
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Writes over what is in the file, where the new text is not longer: that takes no new space on
  /// most file systems. A reader may find a part of each.
  ///
  /// @throws IOException when there is no such file, it is shorter or cannot be written
  public static void overwrite(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.size() < bytes.length) {
        throw new IOException(file + " has no space for it");
      }
      fill(channel, bytes, false);
    }
  }

  /// Takes a file away for readers, and keeps its space for the next [#write].
  public static void withdraw(Path file) throws IOException {
    try {
      Files.move(file, beside(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException none) {
      // Nothing is to be taken away.
    }
  }

  private static void write(Path file, String text, boolean force) throws IOException {
    Path next = beside(file);
    try {
      try (FileChannel channel =
          FileChannel.open(
              next,
              Set.of(
                  StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
        fill(channel, text.getBytes(StandardCharsets.UTF_8), force);
      }
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException error) {
      removeEmpty(next);
      throw error;
    }
  }

  private static Path beside(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  private static void fill(FileChannel channel, byte[] bytes, boolean force) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      if (channel.write(left) <= 0) {
        throw new IOException("the disk takes no more");
      }
    }
    channel.truncate(bytes.length);
    if (force) {
      channel.force(true);
    }
  }

  /// What has space of its own is kept for the next time.
  private static void removeEmpty(Path next) {
    try {
      if (Files.size(next) == 0) {
        Files.deleteIfExists(next);
      }
    } catch (IOException _) {
      // Ignored because the next write writes over it.
    }
  }
}
