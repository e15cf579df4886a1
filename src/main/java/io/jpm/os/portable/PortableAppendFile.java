package io.jpm.os.portable;

import io.jpm.os.AppendFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A log file that is open for appending through a channel of the JDK.
///
/// @param disk determines the identity of files
/// @param path the path by which the file was opened
/// @param channel the channel, opened for appending
/// @param key the identity of the file
record PortableAppendFile(PortableLogFileSystem disk, Path path, FileChannel channel, Key key)
    implements AppendFile {
  @Override
  public boolean isRegular() {
    return Files.isRegularFile(path) || !Files.exists(path); // a device always exists
  }

  @Override
  public long size() throws IOException {
    return isRegular() ? channel.size() : 0;
  }

  @Override
  public AppendResult append(List<ByteBuffer> bytes) {
    ByteBuffer[] copies = bytes.stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
    long asked = bytes.stream().mapToLong(ByteBuffer::remaining).sum();
    try {
      return new AppendResult((int) channel.write(copies), Problem.NONE);
    } catch (IOException e) {
      // The JDK reports the reason only as text, in the system's language.
      boolean full = path.toFile().getUsableSpace() < asked;
      return new AppendResult(0, full ? Problem.FULL : Problem.BROKEN);
    }
  }

  @Override
  public int lastByte() throws IOException {
    long size = size();
    if (size == 0) {
      return '\n';
    }
    try (FileChannel reader = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return reader.read(last, size - 1) == 1 ? last.get(0) : '\n';
    }
  }

  @Override
  public void truncate(long size) throws IOException {
    if (isRegular()) {
      channel.truncate(size);
    }
  }

  @Override
  public boolean isInPlace() {
    try {
      return disk.key(path).equals(key);
    } catch (NoSuchFileException moved) {
      return false;
    } catch (IOException inDoubt) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException nothingToActOn) {
      // Ignored because the caller could not react to it.
    }
  }
}
