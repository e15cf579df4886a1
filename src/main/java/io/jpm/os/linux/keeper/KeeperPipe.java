package io.jpm.os.linux.keeper;

import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.PollCalls;
import io.jpm.os.linux.libc.Reactor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The write end of the keeper's pipe. Lines are sent in order, as fast as the keeper reads them,
/// and the exit of the keeper is detected immediately. While the daemon is running, this is the
/// only write end. It is close-on-exec, because the keeper treats an end of file as the death of
/// the daemon.
public final class KeeperPipe {
  private static final long PATIENCE_MILLIS = 1_000;

  /// PIPE_BUF: a write of up to this size is atomic (`pipe(7)`).
  private static final int WHOLE_BYTES = 4096;

  private final Reactor reactor;
  private final int fd;
  private final Runnable lost;
  private final Reactor.Watch watch;

  /// The lines that have not been sent yet. Confined to the reactor's thread.
  private final Deque<byte[]> unsent = new ArrayDeque<>();

  private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
  private boolean closed;

  /// Creates the pipe and starts watching for the exit of the keeper.
  ///
  /// @param fd the open write end, which this object closes
  /// @param lost called on the reactor's thread when the keeper has exited
  public KeeperPipe(Reactor reactor, int fd, Runnable lost) {
    this.reactor = reactor;
    this.fd = fd;
    this.lost = lost;
    this.watch = reactor.watch(fd, this::ready);
    reactor.execute(() -> watch.add(0)); // EPOLLERR is always reported
  }

  /// Sends one or more complete lines.
  public void write(byte[] lines) {
    reactor.execute(() -> {
      unsent.add(lines);
      if (unsent.size() == 1) {
        flush();
      }
    });
  }

  /// Waits up to one second for the keeper's pipe to accept all lines, then closes it.
  ///
  /// @return whether all lines were accepted
  public boolean close() {
    CompletableFuture<Boolean> sent = new CompletableFuture<>();
    reactor.execute(() -> {
      waiting.add(sent);
      if (unsent.isEmpty() || closed) {
        settle();
      }
    });
    boolean all = isTrueInTime(sent);
    reactor.call(this::end);
    return all;
  }

  private static boolean isTrueInTime(CompletableFuture<Boolean> future) {
    try {
      return future.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException keeperStuck) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void ready(int events) {
    if (closed) {
      return;
    }
    if ((events & PollCalls.EPOLLERR) != 0) {
      end();
      lost.run();
    } else {
      flush();
    }
  }

  private void flush() {
    while (!closed && !unsent.isEmpty()) {
      byte[] next = unsent.remove();
      int written = write(next, wholeLines(next));
      if (written < next.length) {
        unsent.addFirst(Arrays.copyOfRange(next, Math.max(written, 0), next.length));
      }
      if (written < 0) {
        // EAGAIN; or EPIPE, which is also reported as EPOLLERR.
        watch.change(Libc.EPOLLOUT);
        return;
      }
    }
    watch.change(0);
    settle();
  }

  /// Returns the number of bytes to write in one call. Only whole lines are written if possible, so
  /// that a line that the keeper writes to its own pipe cannot split a line of the daemon.
  private static int wholeLines(byte[] lines) {
    int end = Math.min(lines.length, WHOLE_BYTES);
    int lineEnd = end;
    while (lineEnd > 0 && lines[lineEnd - 1] != '\n') {
      lineEnd--;
    }
    return lineEnd > 0 ? lineEnd : end;
  }

  private int write(byte[] bytes, int most) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(most);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, most);
      return Libc.write(fd, segment);
    }
  }

  private void end() {
    if (!closed) {
      closed = true;
      watch.remove();
      Libc.close(fd);
      settle();
    }
  }

  private void settle() {
    boolean all = unsent.isEmpty();
    waiting.forEach(future -> future.complete(all));
    waiting.clear();
  }
}
