package io.jpm.logs.buffer;

import io.jpm.model.FullLogPolicy;
import io.jpm.testing.Eventually;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A daemon in its own JVM that the test kills: it reads output from a pipe and writes it to a
/// file, with two threads.
final class KilledWriter {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final long MOST = 1 << 20;

  private KilledWriter() {}

  /// Runs until it is killed.
  ///
  /// @param arguments the home, the pipe, the file
  public static void main(String[] arguments) throws Exception {
    @SuppressWarnings("resource") // this JVM ends by kill -9
    LogBuffer memory = LogBuffer.open(Path.of(arguments[0]), MOST);
    LogStream stream = memory.stream("1-out", MOST);
    stream.whenFull(FullLogPolicy.BLOCK);
    try (FileInputStream pipe = new FileInputStream(arguments[1]);
        RandomAccessFile file = new RandomAccessFile(arguments[2], "rw")) {
      settle(stream, file);
      Thread reader = Thread.ofPlatform().daemon().start(() -> readAll(pipe, stream));
      while (reader.isAlive()) {
        Eventually.await("output is waiting", LONG, () -> stream.waitingBytes() > 0);
        write(stream, file);
      }
    }
  }

  private static void settle(LogStream stream, RandomAccessFile file) throws IOException {
    FileWrite write = stream.unfinished().orElse(null);
    if (write == null) {
      return;
    }
    if (file.length() >= write.offset() + write.length()) {
      stream.done();
    } else {
      file.setLength(write.offset());
      stream.abandon();
    }
  }

  private static void readAll(FileInputStream pipe, LogStream stream) {
    try {
      while (true) {
        Eventually.await("the pipe has output", LONG, () -> available(pipe) > 0);
        ByteBuffer room = stream.reserve(available(pipe));
        if (room != null) {
          stream.received(pipe.getChannel().read(room));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int available(FileInputStream pipe) {
    try {
      return pipe.available();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(LogStream stream, RandomAccessFile file) throws IOException {
    List<ByteBuffer> views = stream.waiting(100_000);
    int length = views.stream().mapToInt(ByteBuffer::remaining).sum();
    long offset = file.length();
    stream.begin(new FileWrite(0, 0, 0, offset, length, length, 0));
    file.seek(offset);
    for (ByteBuffer view : views) {
      while (view.hasRemaining()) {
        file.getChannel().write(view);
      }
    }
    stream.done();
  }
}
