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

/// Writes small files in the daemon's home atomically: readers find either the previous content or
/// the new content. Only the owner of the home can read the files. The calls block, and only one
/// thread at a time may write a given file.
public final class HomeFileWriter {
  private HomeFileWriter() {}

  /// Writes `text` to a temporary file next to `file` and renames it to `file`. If [#hide] has left
  /// a temporary file, its disk space is reused, so the write can succeed even when the disk is
  /// full.
  ///
  /// @param text the whole content
  /// @throws IOException if the file could not be replaced; the previous content then remains
  public static void write(Path file, String text) throws IOException {
    write(file, text, false);
  }

  /// Writes like [#write], and also flushes the file and its directory to the disk, so that the
  /// content survives a crash of the machine.
  public static void writeDurably(Path file, String text) throws IOException {
    write(file, text, true);
    Path folder =
        Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a parent directory");
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// Overwrites the existing file in place. The new text must not be longer than the file. On most
  /// file systems, this needs no additional disk space. A reader may see a mixture of the previous
  /// and the new text.
  ///
  /// @throws IOException if the file does not exist, is shorter than `text` or cannot be written
  public static void overwrite(Path file, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      if (channel.size() < bytes.length) {
        throw new IOException(file + " cannot be overwritten in place: the new text is longer");
      }
      fill(channel, bytes, false);
    }
  }

  /// Hides the file from readers by renaming it to the temporary file of [#write], which reuses its
  /// disk space. Has no effect if the file does not exist.
  public static void hide(Path file) throws IOException {
    try {
      Files.move(file, temporaryFile(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException none) {
      // The file does not exist, so there is nothing to hide.
    }
  }

  private static void write(Path file, String text, boolean force) throws IOException {
    Path next = temporaryFile(file);
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

  private static Path temporaryFile(Path file) {
    return file.resolveSibling(file.getFileName() + ".new");
  }

  private static void fill(FileChannel channel, byte[] bytes, boolean force) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      if (channel.write(left) <= 0) {
        throw new IOException("the disk accepts no more data");
      }
    }
    channel.truncate(bytes.length);
    if (force) {
      channel.force(true);
    }
  }

  /// Removes the temporary file if it is empty. Otherwise keeps it, so that the next write can
  /// reuse its disk space.
  private static void removeEmpty(Path next) {
    try {
      if (Files.size(next) == 0) {
        Files.deleteIfExists(next);
      }
    } catch (IOException _) {
      // The next write overwrites it.
    }
  }
}
