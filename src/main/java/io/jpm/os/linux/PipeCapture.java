package io.jpm.os.linux;

import io.jpm.os.Capture;
import io.jpm.os.LogPipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Moves the bytes of one pipe into its file on the reactor's thread, by `splice(2)`: they are in
/// the pipe or in the file and never in this process, so its death loses none.
final class PipeCapture implements Capture {
  private static final int MOST_AT_ONCE = 256 * 1024;
  private static final int MOST_PER_ROUND = 1024 * 1024;
  private static final int SMALL = 4096;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private final Reactor reactor;
  private final LogSink.Shelf shelf;
  private final LogPipe pipe;
  private final LogSink sink;
  private final int fd;
  private final Reactor.Watch watch;
  private final Scratch scratch;
  private final Consumer<PipeCapture> onClose;
  private final AtomicLong dropped = new AtomicLong();
  private boolean closed;

  private PipeCapture(Surroundings surroundings, LogPipe pipe, LogSink sink, int fd) {
    this.reactor = surroundings.reactor;
    this.shelf = surroundings.shelf;
    this.scratch = surroundings.scratch;
    this.onClose = surroundings.onClose;
    this.pipe = pipe;
    this.sink = sink;
    this.fd = fd;
    this.watch = reactor.watch(fd, events -> pump());
  }

  /// What all captures of a host share.
  ///
  /// @param reactor the thread that does the work
  /// @param shelf the open log files
  /// @param scratch a buffer of the reactor's thread
  /// @param onClose told of each capture that has closed
  record Surroundings(
      Reactor reactor, LogSink.Shelf shelf, Scratch scratch, Consumer<PipeCapture> onClose) {}

  /// A buffer for what cannot be spliced, made when first needed. For the reactor's thread.
  static final class Scratch {
    private static final int BYTES = 64 * 1024;
    private final Arena arena = Arena.ofAuto();
    private MemorySegment buffer = MemorySegment.NULL;

    MemorySegment buffer() {
      if (buffer.byteSize() == 0) {
        buffer = arena.allocate(BYTES);
      }
      return buffer;
    }
  }

  /// Opens both ends and begins.
  static PipeCapture begin(Surroundings surroundings, LogPipe pipe) throws IOException {
    LogSink sink = surroundings.shelf.open(pipe.file());
    int fd = -1;
    try {
      fd = NamedPipe.openForDaemon(pipe.fifo());
      PipeCapture capture = new PipeCapture(surroundings, pipe, sink, fd);
      int result = capture.watch.add(Libc.EPOLLIN | Libc.EPOLLONESHOT);
      if (result < 0) {
        throw new IOException(
            "cannot watch the log pipe " + pipe.fifo() + ": " + Errno.words(-result));
      }
      return capture;
    } catch (IOException e) {
      surroundings.shelf.release(sink);
      if (fd >= 0) {
        Libc.close(fd);
      }
      throw e;
    }
  }

  @Override
  public long droppedBytes() {
    return dropped.get();
  }

  @Override
  public void close() {
    reactor.call(this::finish);
  }

  @Override
  public void closeAndRemove() {
    close();
    NamedPipe.remove(pipe.fifo());
  }

  /// One round: what is there, up to a limit for fairness. After a small read the next one waits a
  /// little, since a wake-up for every line would cost more than the line.
  private void pump() {
    if (closed) {
      return;
    }
    int moved = 0;
    int last = SMALL;
    while (last >= SMALL && moved < MOST_PER_ROUND) {
      last = move(MOST_AT_ONCE);
      moved += last;
    }
    if (moved == 0) {
      watch.change(Libc.EPOLLIN | Libc.EPOLLONESHOT);
    } else if (moved < SMALL) {
      reactor.after(PAUSE_NANOS, this::pump);
    } else {
      reactor.execute(this::pump);
    }
  }

  private void finish() {
    if (closed) {
      return;
    }
    closed = true;
    watch.remove();
    // Only what is there now: an app that writes on and on must not hold this up.
    long left = Libc.waitingBytes(fd);
    for (int moved = 1; left > 0 && moved > 0; left -= moved) {
      moved = move((int) Math.min(left, MOST_AT_ONCE));
    }
    Libc.close(fd);
    shelf.release(sink);
    onClose.accept(this);
  }

  /// Takes up to `most` bytes off the pipe.
  ///
  /// @return how many, 0 when there is nothing to take
  private int move(int most) {
    sink.seekToEnd();
    if (sink.isCopying()) {
      return copy(most);
    }
    // Asked before: bytes that come between the two calls would pass for a sink that takes none.
    boolean sinkIsAsked = !sink.isSeekable() && Libc.waitingBytes(fd) > 0;
    int moved = Libc.splice(fd, sink.number(), most);
    return switch (moved) {
      case -Errno.EINTR -> 0;
      case -Errno.EAGAIN -> sinkIsAsked ? drop(most) : 0;
      case -Errno.EINVAL -> {
        sink.copyFromNowOn(); // some file systems, terminals and devices do not splice
        yield copy(most);
      }
      default -> moved >= 0 ? moved : drop(most);
    };
  }

  private int copy(int most) {
    MemorySegment buffer = scratch.buffer();
    int count = Libc.read(fd, buffer.asSlice(0, Math.min(most, buffer.byteSize())));
    int written = 0;
    while (written < count) {
      int result = Libc.write(sink.number(), buffer.asSlice(written, count - written));
      if (result <= 0 && result != -Errno.EINTR) {
        dropped.addAndGet(count - written);
        break;
      }
      written += Math.max(result, 0);
    }
    return Math.max(count, 0);
  }

  /// The file does not take the bytes (no space, quota, broken disk): they are thrown away and
  /// counted, so that the app does not freeze. The next bytes are tried again.
  private int drop(int most) {
    MemorySegment buffer = scratch.buffer();
    int count = Libc.read(fd, buffer.asSlice(0, Math.min(most, buffer.byteSize())));
    dropped.addAndGet(Math.max(count, 0));
    return Math.max(count, 0);
  }
}
