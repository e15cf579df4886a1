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
/// format of Node's `child_process` on the descriptor that NODE_CHANNEL_FD names.
///
/// The process holds this end too ([ChannelEnds]), so end of file does not mean that the process
/// has ended. Both share one open file description, so O_NONBLOCK is not set: each call itself
/// requests not to block.
public final class Channel {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Maximum length of a message; longer ones are dropped. Also the maximum of unread outgoing
  /// data.
  static final int MOST_BYTES = 1024 * 1024;

  /// Maximum weight of delivered messages that are not handled yet. Beyond it the channel is not
  /// read, so that the process has to wait.
  private static final int MOST_UNHEARD = 256 * 1024;

  /// Weight of a message in addition to its length, mainly for its time on a shared event loop.
  private static final int MESSAGE_BYTES = 512;

  /// The beginning of Node's answers to a passed descriptor.
  private static final String ANSWER = "{\"cmd\":\"NODE_HANDLE_";

  private static final String TAKEN = ANSWER + "ACK\"";

  /// Memory for incomplete messages, shared by all processes.
  private static final LineBuffer.MemoryBudget UNFINISHED = new LineBuffer.MemoryBudget(8L << 20);

  /// Maximum rate at which data of one process is read, including dropped messages.
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

  /// Rate limit: the time up to which the data read so far uses up the allowed rate. This and the
  /// fields below are confined to the reactor's thread.
  private long paidAt = System.nanoTime();

  private boolean pausing;
  private long dropped;
  private long droppedToldAt;
  private final AtomicInteger unheard = new AtomicInteger();

  /// True while nothing is read because too many messages are not handled yet.
  private final AtomicBoolean full = new AtomicBoolean();

  /// This and the following field are guarded by `this`.
  private final Outgoing outgoing;

  private boolean open = true;

  /// @param reactor reads, and sends queued messages
  /// @param fd the daemon's end, closed by the channel
  /// @param tag the process tag without its secret, for the log
  /// @param messages receives each message on the reactor's thread, with a callback to run when the
  ///   message has been handled
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
          "{0}: {1} of its messages were dropped so far: longer than {2} bytes, or too many messages"
              + " of apps were incomplete",
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

  /// Sends one JSON value, immediately or as soon as the process reads.
  ///
  /// @return whether it was sent or queued; false if the channel is closed or the queue would
  ///   exceed [#MOST_BYTES]
  public synchronized boolean send(String json) {
    byte[] line = Outgoing.line(json);
    if (!open || !outgoing.hasSpace(line, false)) {
      return false;
    }
    outgoing.add(line);
    return begun();
  }

  /// Like [#send(String)], but passes a descriptor in the format of Node's `child_process`. Later
  /// messages wait until the process has answered.
  ///
  /// @param json one JSON object
  /// @param handle the descriptor to pass
  /// @param taken called on the reactor's thread with whether the process has received the
  ///   descriptor; false also if the channel is closed before
  /// @return whether the message was sent or queued; false also if the queue is full or the handle
  ///   is closed
  public boolean send(String json, LinuxHandle handle, Consumer<Boolean> taken) {
    byte[] line =
        Outgoing.line(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"" + handle.type() + "\",\"msg\":" + json + "}");
    // A duplicate, because it may have to be sent again later.
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
  /// @return false if the other end is closed, which the next read detects too
  private boolean begun() {
    boolean whole = outgoing.flush();
    if (outgoing.isBlocked()) {
      reactor.execute(this::listen);
    }
    return whole;
  }

  /// Delivers what has been received so far and closes the channel. On the reactor's thread only.
  public void finish() {
    // Reads only what is buffered now, because a child of the process may keep writing.
    int left = Libc.waitingBytes(fd);
    for (int count = 1; left > 0 && count > 0 && isOpen(); left -= count) {
      count = receive(Math.min(left, CHUNK));
    }
    close();
  }

  /// Closes the channel without reading. On the reactor's thread, or after it has ended.
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

  /// Reads what is available, up to a limit that keeps the reactor fair.
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

  /// Reports whether the process has exceeded its rate. If so, [#pump] continues after a pause.
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
          (full.get() || pausing ? 0 : Libc.EPOLLIN) | (outgoing.isBlocked() ? Libc.EPOLLOUT : 0);
      if (wanted != 0) { // otherwise a hangup would be reported repeatedly
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

  /// Called on any thread when a message has been handled.
  private void heard(int weight) {
    if (unheard.addAndGet(-weight) <= MOST_UNHEARD / 2 && full.compareAndSet(true, false)) {
      reactor.execute(this::pump);
    }
  }

  /// Reports whether reading must pause until more messages are handled; [#heard] then resumes it.
  private boolean isFull() {
    if (unheard.get() <= MOST_UNHEARD) {
      return false;
    }
    full.set(true);
    // Checked again: messages may have been handled just before `full` was set.
    return unheard.get() > MOST_UNHEARD / 2 || !full.compareAndSet(true, false);
  }

  /// Reads once. Closes the channel if all holders of the other end have closed it.
  ///
  /// @return number of bytes, or 0 or less if none are available
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
