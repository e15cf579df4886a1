package io.jpm.os.linux.log;

import io.jpm.os.LogPipeReader;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads one log pipe on the pipe thread, into buffers that the output receiver provides.
final class PipeSource implements LogPipeReader.Source {
  private static final int MOST_PER_ROUND = 1024 * 1024;
  private static final int SMALL = 4096;
  private static final int BUSY = 64 * 1024;
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
  private static final long PAUSE_AFTER_FAULT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final MemorySegment scratch;
  private final Consumer<PipeSource> onClose;
  private final Path fifo;
  private final int fd;
  private final LogPipeReader.OutputReceiver outputReceiver;
  private final Reactor.Watch watch;

  private final Optional<Tail> tail;

  /// Lock that is held while reading. Usually the pipe thread reads; another thread reads when it
  /// takes the tail. Guards the tail, and also `closed` against access by that other thread.
  private final Object reading = new Object();

  /// True while reading is suspended until [#resume] is called.
  private final AtomicBoolean starved = new AtomicBoolean();

  /// True if a round of reading is queued. This field and the fields below are confined to the
  /// reactor's thread.
  private boolean queued;

  private int busyRounds;
  private boolean closed;

  /// The state that all pipes share.
  ///
  /// @param reactor the reactor whose thread reads
  /// @param scratch memory for an `int`, used by that thread
  /// @param onClose called with each source that has been closed
  record Context(Reactor reactor, MemorySegment scratch, Consumer<PipeSource> onClose) {}

  private PipeSource(
      Context context, Path fifo, int fd, LogPipeReader.OutputReceiver outputReceiver) {
    this.reactor = context.reactor;
    this.scratch = context.scratch;
    this.onClose = context.onClose;
    this.fifo = fifo;
    this.fd = fd;
    this.outputReceiver = outputReceiver;
    this.tail = outputReceiver.keepsTail() ? Optional.of(new Tail()) : Optional.empty();
    this.watch = reactor.watch(fd, _ -> roundIfIdle());
  }

  /// Opens the daemon's end and starts reading.
  static PipeSource open(Context context, Path fifo, LogPipeReader.OutputReceiver outputReceiver)
      throws IOException {
    int fd = NamedPipe.openForDaemon(fifo);
    PipeSource source = new PipeSource(context, fifo, fd, outputReceiver);
    int result = source.watch.add(Libc.EPOLLIN | Libc.EPOLLONESHOT);
    if (result < 0) {
      Libc.close(fd);
      throw new IOException("cannot watch the log pipe " + fifo + ": " + Errno.message(-result));
    }
    return source;
  }

  Path fifo() {
    return fifo;
  }

  @Override
  public void resume() {
    if (starved.compareAndSet(true, false)) {
      reactor.execute(this::roundIfIdle);
    }
  }

  @Override
  public void close() {
    reactor.call(this::finish);
  }

  @Override
  public void closeAndRemove() {
    close();
    NamedPipe.remove(fifo);
  }

  /// Runs a round of reading unless one is already queued. Because each round may queue the next,
  /// two sequences of rounds would otherwise go on in parallel.
  private void roundIfIdle() {
    if (!queued) {
      round();
    }
  }

  private void queuedRound() {
    queued = false;
    round();
  }

  /// Reads available data up to a limit, so that other pipes are not delayed. After a small read
  /// the next one is deferred, because waking up for every line would cost more than processing the
  /// line.
  private void round() {
    if (closed) {
      return;
    }
    int moved;
    try {
      moved = pump();
    } catch (RuntimeException | Error fault) {
      // The output receiver or its buffer failed. The round is retried after a pause, so that the
      // app does not block forever and the log is not flooded with this error.
      queueAfter(PAUSE_AFTER_FAULT_NANOS);
      throw fault; // the reactor reports it
    }
    noteLoad(moved);
    if (closed || starved.get()) {
      return;
    }
    if (moved == 0) {
      watch.change(Libc.EPOLLIN | Libc.EPOLLONESHOT);
    } else if (moved < SMALL) {
      queueAfter(PAUSE_NANOS);
    } else if (!queued) {
      queued = true;
      reactor.execute(this::queuedRound);
    }
  }

  private void queueAfter(long nanos) {
    if (!queued) {
      queued = true;
      reactor.after(nanos, this::queuedRound);
    }
  }

  private int pump() {
    int moved = 0;
    int last = SMALL;
    while (last >= SMALL && moved < MOST_PER_ROUND && !closed) { // may be closed by the receiver
      synchronized (reading) {
        int waiting = Libc.waitingBytes(fd, scratch);
        last = waiting == 0 ? 0 : move(waiting);
      }
      moved += last;
    }
    return moved;
  }

  /// Implements [LogPipeReader#takeTail]. May be called from any thread.
  byte[] takeTail() {
    synchronized (reading) {
      if (!closed) {
        try (Arena arena = Arena.ofConfined()) {
          moveAll(arena.allocate(ValueLayout.JAVA_INT));
        }
      }
      return tail.map(Tail::take).orElseGet(() -> new byte[0]);
    }
  }

  /// Reads only the bytes that are in the pipe now. Otherwise an app that keeps writing would
  /// prevent this method from returning.
  private void moveAll(MemorySegment number) {
    int left = Libc.waitingBytes(fd, number);
    for (int moved = 1; left > 0 && moved > 0; left -= moved) {
      moved = move(left);
    }
  }

  private void noteLoad(int moved) {
    busyRounds = moved >= BUSY ? busyRounds + 1 : 0;
    if (busyRounds == 2) {
      NamedPipe.enlarge(fd);
    }
  }

  /// Reads up to `waiting` bytes into a buffer of the receiver.
  ///
  /// @return the number of bytes read; 0 if the receiver has no buffer or the source was closed in
  ///   the meantime
  private int move(int waiting) {
    @Nullable ByteBuffer room = outputReceiver.reserve(waiting);
    if (room == null) {
      starved.set(true);
      // Requested again, because a buffer may have become free before `starved` was set, when
      // [#resume] had no effect.
      room = outputReceiver.reserve(waiting);
      if (room == null) {
        return 0;
      }
      starved.set(false);
    }
    return closed ? 0 : fill(room, waiting);
  }

  private int fill(ByteBuffer room, int waiting) {
    int asked = room.remaining();
    int begin = room.position();
    if (!room.isDirect() || asked < 1 || asked > waiting) {
      throw new IllegalStateException("a buffer of " + asked + " bytes for " + waiting + " bytes");
    }
    int count;
    try {
      count = Libc.read(fd, MemorySegment.ofBuffer(room));
    } finally {
      Reference.reachabilityFence(room);
    }
    if (count > 0) {
      tail.ifPresent(kept -> kept.add(room, begin, count));
    }
    outputReceiver.received(Math.max(0, count));
    if (count < 0) {
      throw new IllegalStateException("cannot read " + fifo + ": " + Errno.message(-count));
    }
    return count;
  }

  private void finish() {
    synchronized (reading) {
      if (closed) {
        return;
      }
      try {
        moveAll(scratch);
      } finally {
        closed = true;
        watch.remove();
        Libc.close(fd);
        onClose.accept(this);
      }
    }
  }
}
