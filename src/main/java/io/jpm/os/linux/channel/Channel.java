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

/// The daemon's end of the IPC channel of one process. It carries JSON values, one per line, in the
/// format that Node's `child_process` uses on the descriptor named by NODE_CHANNEL_FD.
///
/// The process itself also has this end open ([ChannelEnds]), with the same open file description.
/// O_NONBLOCK must therefore not be set on it; instead, each call requests non-blocking behavior.
/// The exit of the process is not detected here, but through its pidfd.
public final class Channel {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Maximum length of a message in bytes; longer messages are dropped. Also the maximum amount of
  /// queued outgoing data.
  static final int MOST_BYTES = 1024 * 1024;

  /// Maximum total weight of the delivered messages that have not been processed yet. The weight of
  /// a message is its length plus [#MESSAGE_BYTES]. While it is exceeded, the channel is not read,
  /// so the process has to wait.
  private static final int MOST_UNHEARD = 256 * 1024;

  /// Constant part of the weight of a message. It accounts mainly for the processing time on a
  /// shared event loop.
  private static final int MESSAGE_BYTES = 512;

  /// Prefix of the messages with which Node replies to a passed descriptor.
  private static final String ANSWER = "{\"cmd\":\"NODE_HANDLE_";

  private static final String TAKEN = ANSWER + "ACK\"";

  /// Memory for incomplete messages, shared by all processes.
  private static final LineBuffer.MemoryBudget UNFINISHED = new LineBuffer.MemoryBudget(8L << 20);

  /// Maximum rate at which data of one process is read, including messages that are dropped.
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

  /// Rate limit: the time at which the data read so far would have arrived at the maximum rate, as
  /// in [System#nanoTime]. This field and the fields below are confined to the reactor's thread.
  private long rateUsedUntil = System.nanoTime();

  private boolean pausing;
  private long dropped;
  private long droppedToldAt;
  private final AtomicInteger unprocessedWeight = new AtomicInteger();

  /// True while reading is suspended because too many messages have not been processed yet.
  private final AtomicBoolean full = new AtomicBoolean();

  /// The queue of outgoing messages. Guarded by `this`, as is `open`.
  private final Outgoing outgoing;

  private boolean open = true;

  /// Creates a channel, which reads nothing until [#begin] is called.
  ///
  /// @param reactor reads messages and sends queued messages
  /// @param fd the daemon's end, which the channel closes
  /// @param tag the process tag without its secret, for the log
  /// @param messages receives each message on the reactor's thread, with a callback to run when the
  ///   message has been processed
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
          "{0}: dropped {1} IPC messages so far, because they were longer than {2} bytes or the"
              + " memory for incomplete messages of all apps was exhausted",
          tag,
          Long.toString(dropped),
          Integer.toString(MOST_BYTES));
    }
  }

  /// Starts reading.
  ///
  /// @return 0 or the negative `errno`
  public int begin() {
    return watch.add(Libc.EPOLLIN | Libc.EPOLLONESHOT);
  }

  /// Reports whether messages can be sent and received.
  public synchronized boolean isOpen() {
    return open;
  }

  /// Sends one JSON value, either immediately or as soon as the process reads from the channel.
  ///
  /// @return whether the message was sent or queued; false if the channel is closed or the queue
  ///   would exceed [#MOST_BYTES]
  public synchronized boolean send(String json) {
    byte[] line = Outgoing.line(json);
    if (!open || !outgoing.hasSpace(line, false)) {
      return false;
    }
    outgoing.add(line);
    return begun();
  }

  /// Sends a message like [#send(String)] and passes a descriptor with it, in the format of Node's
  /// `child_process`. Later messages wait until the process has replied.
  ///
  /// @param json one JSON object
  /// @param handle the descriptor to pass
  /// @param taken called on the reactor's thread: with true if the process has received the
  ///   descriptor, with false if it has refused the descriptor or the channel was closed
  /// @return whether the message was sent or queued; false also if the queue is full or the handle
  ///   is closed
  public boolean send(String json, LinuxHandle handle, Consumer<Boolean> taken) {
    byte[] line =
        Outgoing.line(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"" + handle.type() + "\",\"msg\":" + json + "}");
    // Duplicated, because it may have to be sent again later.
    int given = handle.duplicate();
    synchronized (this) {
      if (given >= 0 && open && outgoing.hasSpace(line, true)) {
        Consumer<Boolean> later = got -> reactor.execute(() -> taken.accept(got));
        outgoing.add(line, given, later);
        begun(); // on failure `later` is called with false
        return true;
      }
    }
    Libc.close(given);
    return false;
  }

  /// Sends as much of the queue as possible without blocking.
  ///
  /// @return false if the other end is closed, which the next read will also detect
  private boolean begun() {
    boolean whole = outgoing.flush();
    if (outgoing.isBlocked()) {
      reactor.execute(this::listen);
    }
    return whole;
  }

  /// Delivers the messages received so far and closes the channel. Must be called on the reactor's
  /// thread.
  public void finish() {
    // Reads only what is buffered now, because a child of the process may keep writing.
    int left = Libc.waitingBytes(fd);
    for (int count = 1; left > 0 && count > 0 && isOpen(); left -= count) {
      count = receive(Math.min(left, CHUNK));
    }
    close();
  }

  /// Closes the channel without reading. Must be called on the reactor's thread, or after the
  /// reactor has stopped.
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

  /// Reads available data up to a limit, so that other channels are not delayed.
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

  /// Reports whether the process has exceeded its rate. If so, schedules [#pump] to continue after
  /// a pause.
  private boolean hasToWait() {
    long wait = rateUsedUntil - System.nanoTime() - SECOND;
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

  private void countBytes(int bytes) {
    long now = System.nanoTime();
    rateUsedUntil =
        (rateUsedUntil - now < 0 ? now : rateUsedUntil) + bytes * SECOND / BYTES_PER_SECOND;
  }

  private synchronized void listen() {
    if (open) {
      int wanted =
          (full.get() || pausing ? 0 : Libc.EPOLLIN) | (outgoing.isBlocked() ? Libc.EPOLLOUT : 0);
      if (wanted != 0) { // otherwise hang-ups would be reported repeatedly
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
    unprocessedWeight.addAndGet(weight);
    messages.accept(json, () -> heard(weight));
  }

  private synchronized void answered(boolean taken) {
    outgoing.answered(taken);
    flush();
  }

  /// Called on any thread when a message has been processed.
  private void heard(int weight) {
    if (unprocessedWeight.addAndGet(-weight) <= MOST_UNHEARD / 2
        && full.compareAndSet(true, false)) {
      reactor.execute(this::pump);
    }
  }

  /// Reports whether reading must be suspended until more messages have been processed. [#heard]
  /// then resumes it.
  private boolean isFull() {
    if (unprocessedWeight.get() <= MOST_UNHEARD) {
      return false;
    }
    full.set(true);
    // Checked again, because messages may have been processed just before `full` was set.
    return unprocessedWeight.get() > MOST_UNHEARD / 2 || !full.compareAndSet(true, false);
  }

  /// Reads once. Closes the channel if no process has the other end open any more.
  ///
  /// @return the number of bytes read; 0 or less if none were available
  private int receive(int most) {
    byte[] bytes;
    int count;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(most);
      count = Libc.receiveNow(fd, buffer);
      bytes = buffer.asSlice(0, Math.max(count, 0)).toArray(ValueLayout.JAVA_BYTE);
    }
    if (count > 0) {
      countBytes(count);
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
