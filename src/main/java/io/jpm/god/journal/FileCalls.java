package io.jpm.god.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// The system calls of [DurableFile], each on its own, so that a test can make each of them fail.
public interface FileCalls {
  /// The calls as the kernel has them.
  FileCalls KERNEL = new Kernel();

  /// A file that is being written.
  interface Output extends Closeable {
    /// Writes some of the bytes.
    ///
    /// @return how many; fewer than there are when the disk takes no more at once
    int write(ByteBuffer bytes) throws IOException;

    /// Has what was written put on the disk.
    void force() throws IOException;
  }

  boolean exists(Path file) throws IOException;

  /// Whether both names lead to one file.
  boolean isSame(Path one, Path other) throws IOException;

  byte[] read(Path file) throws IOException;

  /// Makes a new file that only its owner may read.
  Output create(Path file) throws IOException;

  /// Gives a file another name, in place of whatever has that name.
  void rename(Path file, Path name) throws IOException;

  /// Gives a file a second name, which must be free.
  void link(Path file, Path name) throws IOException;

  void deleteIfExists(Path file) throws IOException;

  /// Has the names in a directory put on the disk.
  void forceDirectory(Path directory) throws IOException;

  /// [#KERNEL].
  class Kernel implements FileCalls {
    private record Opened(FileChannel channel) implements Output {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
      }

      @Override
      public void force() throws IOException {
        channel.force(true);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    }

    @Override
    public boolean exists(Path file) {
      return Files.exists(file);
    }

    @Override
    public boolean isSame(Path one, Path other) throws IOException {
      return Files.isSameFile(one, other);
    }

    @Override
    public byte[] read(Path file) throws IOException {
      return Files.readAllBytes(file);
    }

    @Override
    public Output create(Path file) throws IOException {
      return new Opened(
          FileChannel.open(
              file,
              Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))));
    }

    @Override
    public void rename(Path file, Path name) throws IOException {
      Files.move(file, name, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void link(Path file, Path name) throws IOException {
      try {
        Files.createLink(name, file);
      } catch (UnsupportedOperationException error) {
        throw new IOException(error);
      }
    }

    @Override
    public void deleteIfExists(Path file) throws IOException {
      Files.deleteIfExists(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
