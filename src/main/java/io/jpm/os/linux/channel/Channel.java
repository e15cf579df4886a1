package io.jpm.os.linux.channel;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.LinuxHandle;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/// The daemon's end of the messages to and from one process: JSON values, one a line, as Node's
/// `child_process` speaks on the descriptor that NODE_CHANNEL_FD names.
///
/// The process holds this end too ([ChannelEnds]), so end of file says nothing about its life. The
/// description is shared with it, hence no O_NONBLOCK: each call says for itself that it must not
/// wait.
public final class Channel {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// A longer message is not delivered, and what is sent but not read may not be more.
  static final int MOST_BYTES = 1024 * 1024;

  /// What was told and is not dealt with yet; beyond this the process has to wait with its
  /// messages.
  private static final int MOST_UNHEARD = 256 * 1024;

  /// What a message costs beside its text: mostly time, of an event loop that others need too.
  private static final int MESSAGE_BYTES = 512;

  /// How Node's answers to a descriptor begin.
  private static final String ANSWER = "{\"cmd\":\"NODE_HANDLE_";

  private static final String TAKEN = ANSWER + "ACK\"";

  /// What all processes together may have begun to say and not ended.
  private static final LineBuffer.Room UNFINISHED = new LineBuffer.Room(8L << 20);

  /// What is read of one process in a second, whether it is a message or is left out.
  private static final long BYTES_PER_SECOND = 2L << 20;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long BETWEEN_LINES = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_PER_ROUND = 1024 * 1024;
  private static final int CHUNK = 8 * 1024;

  private final Reactor reactor;
  private final int fd;
  private final Reactor.Watch watch;
  private final LineBuffer incoming;
  private final BiConsumer<String, Runnable> messages;
  private final String tag;

  /// Owned by the reactor's thread: when the process has paid for what was read of it, and what was
  /// dropped.
  private long paidAt = System.nanoTime();

  private boolean pausing;
  private long dropped;
  private long droppedToldAt;
  private final AtomicInteger unheard = new AtomicInteger();

  /// Whether nothing is read until more was dealt with.
  private final AtomicBoolean full = new AtomicBoolean();

  /// All below is guarded by `this`.
  private final Outgoing outgoing;

  private boolean open = true;

  /// @param reactor reads, and writes what had to wait
  /// @param fd this end, ours from now on
  /// @param tag whose channel it is, for the log
  /// @param messages gets each message, on the reactor's thread, and what to run when it was dealt
  ///   with
  public Channel(Reactor reactor, int fd, String tag, BiConsumer<String, Runnable> messages) {
    this.reactor = reactor;
    this.fd = fd;
    this.messages = messages;
    this.outgoing = new Outgoing(fd, MOST_BYTES);
    this.watch = reactor.watch(fd, this::ready);
    this.incoming = new LineBuffer(MOST_BYTES, UNFINISHED, this::tell, this::tooLong);
    this.tag = tag;
  }

  private void tooLong() {
    dropped++;
    long now = System.nanoTime();
    if (dropped == 1 || now - droppedToldAt >= BETWEEN_LINES) {
      droppedToldAt = now;
      LOG.log(
          Level.WARNING,
          "{0}: {1} of its messages were dropped so far: longer than {2} bytes, or too much of what"
              + " apps say was unfinished",
          tag,
          Long.toString(dropped),
          Integer.toString(MOST_BYTES));
    }
  }

  /// Begins to read.
  ///
  /// @return 0 or the negative `errno`
  public int begin() {
    return watch.add(Libc.EPOLLIN | Libc.EPOLLONESHOT);
  }

  /// Whether messages can come and go.
  public synchronized boolean isOpen() {
    return open;
  }

  /// Sends one JSON value, at once or as soon as the process reads.
  ///
  /// @return whether it is on its way; false too when so much is waiting already that this would
  ///   make it more than [#MOST_BYTES]
  public synchronized boolean send(String json) {
    byte[] line = Outgoing.line(json);
    if (!open || !outgoing.hasRoom(line, false)) {
      return false;
    }
    outgoing.add(line);
    return begun();
  }

  /// As [#send(String)], with a descriptor: in the form in which Node's `child_process` does. What
  /// is sent after it waits until the process has answered.
  ///
  /// @param json one JSON object
  /// @param handle what goes with it
  /// @param taken told on the reactor's thread whether the process has it; false also when the
  ///   channel was closed before
  /// @return whether it is on its way; false too when so much is waiting already, and when the
  ///   handle is closed
  public boolean send(String json, LinuxHandle handle, Consumer<Boolean> taken) {
    byte[] line =
        Outgoing.line(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"" + handle.type() + "\",\"msg\":" + json + "}");
    // One of our own, since it may have to be sent again.
    int given = handle.duplicate();
    synchronized (this) {
      if (given >= 0 && open && outgoing.hasRoom(line, true)) {
        Consumer<Boolean> later = got -> reactor.execute(() -> taken.accept(got));
        outgoing.add(line, given, later);
        begun(); // `later` is told when that fails
        return true;
      }
    }
    Libc.close(given);
    return false;
  }

  /// Sends what was just added as far as that goes now.
  ///
  /// @return false when the other end is gone, which the reader will learn too
  private boolean begun() {
    boolean whole = outgoing.flush();
    if (outgoing.waitsForRoom()) {
      reactor.execute(this::listen);
    }
    return whole;
  }

  /// On the reactor's thread: delivers what has come so far, then closes.
  public void finish() {
    // Only what is there now: a helper of the process may write on and on.
    int left = Libc.waitingBytes(fd);
    for (int count = 1; left > 0 && count > 0 && isOpen(); left -= count) {
      count = receive(Math.min(left, CHUNK));
    }
    close();
  }

  /// On the reactor's thread or after its end: closes, whatever has come.
  public synchronized void close() {
    if (open) {
      open = false;
      incoming.close();
      outgoing.end();
      watch.remove();
      Libc.close(fd);
    }
  }

  private void ready(int events) {
    flush();
    pump();
  }

  /// One round: what is there, up to a limit for fairness.
  private void pump() {
    int moved = 0;
    while (isOpen()) {
      if (isFull()) {
        listen();
        return;
      }
      if (hasToWait()) {
        return;
      }
      if (moved >= MOST_PER_ROUND) {
        reactor.execute(this::pump);
        return;
      }
      int count = receive(CHUNK);
      if (count <= 0) {
        listen();
        return;
      }
      moved += count;
    }
  }

  /// Whether it has said more than it may for now; [#pump] goes on in time.
  private boolean hasToWait() {
    long wait = paidAt - System.nanoTime() - SECOND;
    if (wait > 0 && !pausing) {
      pausing = true;
      reactor.after(
          Math.max(wait, SECOND / 10),
          () -> {
            pausing = false;
            pump();
          });
    }
    if (pausing) {
      listen();
    }
    return pausing;
  }

  private void pay(int bytes) {
    long now = System.nanoTime();
    paidAt = (paidAt - now < 0 ? now : paidAt) + bytes * SECOND / BYTES_PER_SECOND;
  }

  private synchronized void listen() {
    if (open) {
      int wanted =
          (full.get() || pausing ? 0 : Libc.EPOLLIN)
              | (outgoing.waitsForRoom() ? Libc.EPOLLOUT : 0);
      if (wanted != 0) { // or a hangup would be reported on and on
        watch.change(wanted | Libc.EPOLLONESHOT);
      }
    }
  }

  private void tell(String json) {
    if (json.startsWith(ANSWER)) {
      answered(json.startsWith(TAKEN));
      return;
    }
    int weight = json.length() + MESSAGE_BYTES;
    unheard.addAndGet(weight);
    messages.accept(json, () -> heard(weight));
  }

  private synchronized void answered(boolean taken) {
    outgoing.answered(taken);
    flush();
  }

  /// On any thread.
  private void heard(int weight) {
    if (unheard.addAndGet(-weight) <= MOST_UNHEARD / 2 && full.compareAndSet(true, false)) {
      reactor.execute(this::pump);
    }
  }

  /// Whether to wait until more was dealt with; [#heard] goes on then.
  private boolean isFull() {
    if (unheard.get() <= MOST_UNHEARD) {
      return false;
    }
    full.set(true);
    // It may have been dealt with just before.
    return unheard.get() > MOST_UNHEARD / 2 || !full.compareAndSet(true, false);
  }

  /// Reads once, and closes when the other end is closed by all who had it.
  ///
  /// @return how many bytes, 0 or less when there are none now
  private int receive(int most) {
    byte[] bytes;
    int count;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(most);
      count = Libc.receiveNow(fd, buffer);
      bytes = buffer.asSlice(0, Math.max(count, 0)).toArray(ValueLayout.JAVA_BYTE);
    }
    if (count > 0) {
      pay(count);
      incoming.add(bytes);
    } else if (count != -Errno.EAGAIN && count != -Errno.EINTR) {
      close();
    }
    return count;
  }

  private synchronized void flush() {
    if (open) {
      outgoing.flush();
    }
  }
}
