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

/// The system calls of [DurableFile] as separate methods, so that a test can make each of them
/// fail.
public interface FileCalls {
  /// The real system calls.
  FileCalls KERNEL = new Kernel();

  /// A file that is being written.
  interface Output extends Closeable {
    /// Writes some or all of the bytes.
    ///
    /// @return the number of bytes that were written
    int write(ByteBuffer bytes) throws IOException;

    /// Forces the written data to the disk.
    void force() throws IOException;
  }

  boolean exists(Path file) throws IOException;

  /// Reports whether both paths refer to the same file.
  boolean isSame(Path one, Path other) throws IOException;

  byte[] read(Path file) throws IOException;

  /// Creates a new file that only its owner can read.
  Output create(Path file) throws IOException;

  /// Renames a file. If a file with the new name exists, it is replaced.
  void rename(Path file, Path name) throws IOException;

  /// Creates a hard link to a file. No file named `name` may exist.
  void link(Path file, Path name) throws IOException;

  void deleteIfExists(Path file) throws IOException;

  /// Forces the entries of a directory to the disk.
  void forceDirectory(Path directory) throws IOException;

  /// The implementation of [#KERNEL] with the file API of the JDK.
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
