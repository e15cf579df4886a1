package io.jpm.logs.buffer;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

/// The file that backs the log buffer. A mapping exists until its buffer is garbage-collected, so
/// bytes that are still in use after [#close] remain mapped.
final class SharedMemoryFile implements MemoryBacking, Closeable {
  private static final int REGULAR_0600 = 0100600;
  private static final byte[] ZEROS = new byte[64 << 10];

  // Not a FileChannel opened for writing, which closes itself when its thread is interrupted.
  private final RandomAccessFile file;

  private SharedMemoryFile(Path path) throws IOException {
    file = new RandomAccessFile(path.toFile(), "rw");
  }

  /// The attributes of a file that another user may have created. Symbolic links are not followed.
  ///
  /// @param mode the file type and permissions
  /// @param owner the owner's uid
  record FileStat(long inode, int mode, int owner, int links, long size) {
    static Optional<FileStat> of(Path path) throws IOException {
      try {
        Map<String, Object> all =
            Files.readAttributes(path, "unix:ino,mode,uid,nlink,size", LinkOption.NOFOLLOW_LINKS);
        return Optional.of(
            new FileStat(
                number(all, "ino").longValue(),
                number(all, "mode").intValue(),
                number(all, "uid").intValue(),
                number(all, "nlink").intValue(),
                number(all, "size").longValue()));
      } catch (NoSuchFileException e) {
        return Optional.empty();
      }
    }

    private static Number number(Map<String, Object> all, String name) {
      return all.get(name) instanceof Number number ? number : -1;
    }

    /// Reports whether this is a regular file with a single link that belongs to `user` and that no
    /// other user can access.
    boolean isPrivate(int user) {
      return mode == REGULAR_0600 && owner == user && links == 1;
    }
  }

  /// Creates a file that no other user can access.
  static SharedMemoryFile make(Path path) throws IOException {
    Files.createFile(
        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return new SharedMemoryFile(path);
  }

  static SharedMemoryFile open(Path path) throws IOException {
    return new SharedMemoryFile(path);
  }

  @Override
  public ByteBuffer map(long at, int length) throws IOException {
    return file.getChannel().map(MapMode.READ_WRITE, at, length);
  }

  @Override
  public void reserve(long at, long length) throws IOException {
    file.seek(at);
    for (long left = length; left > 0; left -= ZEROS.length) {
      file.write(ZEROS, 0, (int) Math.min(left, ZEROS.length));
    }
  }

  @Override
  public long size() throws IOException {
    return file.length();
  }

  @Override
  public void cut(long size) {
    try {
      file.setLength(size);
    } catch (IOException kept) {
      // The file keeps its size.
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException ignored) {
      // Mappings are not affected.
    }
  }
}
