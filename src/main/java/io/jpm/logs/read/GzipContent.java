package io.jpm.logs.read;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// The content of a gzip-compressed file, decompressed as it is read. Reading forward is
/// sequential. Going back by more than the window ([#WINDOW_BYTES]) starts the decompression again
/// at the beginning of the file.
final class GzipContent implements LogContent, AutoCloseable {
  private static final int WINDOW_BYTES = 128 * 1024;
  private static final int PACKED_BUFFER_BYTES = 16 * 1024;

  private final LogFile file;
  private final LogFileAccess access;

  /// The most recently decompressed content. It begins at `windowOffset`.
  private final byte[] window = new byte[WINDOW_BYTES];

  private long windowOffset;
  private int filled;
  private boolean ended;
  private @Nullable InputStream stream;

  GzipContent(LogFile file, LogFileAccess access) {
    this.file = file;
    this.access = access;
  }

  boolean isOf(LogFile other) {
    return file.key().equals(other.key()) && file.path().equals(other.path());
  }

  /// Reports whether `offset` can be read without decompressing the file from its beginning.
  boolean canReadFrom(long offset) {
    return offset >= windowOffset;
  }

  /// Reports whether no decompression is in progress: the file has been decompressed completely or
  /// not at all.
  boolean isAtEnd() {
    return ended || stream == null;
  }

  @Override
  public int read(long offset, ByteBuffer into) throws IOException {
    InputStream open = openedFor(offset);
    while (windowOffset + filled <= offset) {
      if (!unpackMore(open)) {
        return 0;
      }
    }
    int from = (int) (offset - windowOffset);
    int count = Math.min(into.remaining(), filled - from);
    into.put(window, from, count);
    return count;
  }

  private InputStream openedFor(long offset) throws IOException {
    InputStream open = stream;
    if (open != null && offset >= windowOffset) {
      return open;
    }
    close();
    windowOffset = 0;
    filled = 0;
    ended = false;
    FileChannel channel = access.open(file.path());
    try {
      open = new GZIPInputStream(Channels.newInputStream(channel), PACKED_BUFFER_BYTES);
    } catch (IOException broken) {
      channel.close();
      throw broken;
    }
    stream = open;
    return open;
  }

  private boolean unpackMore(InputStream open) throws IOException {
    if (filled == WINDOW_BYTES) {
      int kept = WINDOW_BYTES / 2;
      System.arraycopy(window, WINDOW_BYTES - kept, window, 0, kept);
      windowOffset += WINDOW_BYTES - kept;
      filled = kept;
    }
    int count = open.read(window, filled, WINDOW_BYTES - filled);
    filled += Math.max(count, 0);
    ended = count <= 0;
    return !ended;
  }

  @Override
  public void close() throws IOException {
    InputStream open = stream;
    stream = null;
    if (open != null) {
      open.close();
    }
  }
}
