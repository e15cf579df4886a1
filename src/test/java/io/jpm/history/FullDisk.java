package io.jpm.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/// The real file system, which writes only half of the bytes while it is full.
final class FullDisk implements AppenderFactory {
  volatile boolean full;
  final AtomicInteger writes = new AtomicInteger();

  @Override
  public Appender append(Path file) throws IOException {
    Appender real = FILES.append(file);
    return new Appender() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        writes.incrementAndGet();
        if (full) {
          bytes.limit(bytes.position() + bytes.remaining() / 2);
          real.write(bytes);
          throw new IOException("No space left on device");
        }
        real.write(bytes);
      }

      @Override
      public void force() throws IOException {
        real.force();
      }

      @Override
      public void close() throws IOException {
        real.close();
      }
    };
  }
}
