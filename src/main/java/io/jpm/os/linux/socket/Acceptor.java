package io.jpm.os.linux.socket;

import io.jpm.os.AcceptedConnection;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.HeldDescriptor;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.SocketCalls;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Accepts the connections to one listening socket in the daemon, on a reactor's thread. The number
/// of connections that are not closed yet is limited; further connections wait in the kernel's
/// queue.
public final class Acceptor {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Maximum number of connections that are not closed yet. When it is reached, no more are
  /// accepted until half of them have been closed.
  public static final int MOST_UNCLOSED = 256;

  private static final int MOST_PER_ROUND = 64;

  /// Delay before the next attempt to accept a connection if the process or the machine has reached
  /// its limit on open files.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final HeldDescriptor socket;
  private final String name;
  private final Supplier<Reactor> reactors;
  private final AtomicInteger unclosed = new AtomicInteger();

  /// Whether accepting is suspended until connections have been closed.
  private final AtomicBoolean full = new AtomicBoolean();

  /// Empty before the first call of [#accept] and after [#close]. Guarded by `this`.
  private Optional<Reactor> reactor = Optional.empty();

  private boolean closed;

  /// This and all fields below are confined to the reactor's thread.
  private Optional<Consumer<AcceptedConnection>> consumer = Optional.empty();

  private Optional<Reactor.Watch> watch = Optional.empty();

  /// @param name the name of the socket, for the log
  /// @param reactors provides the reactor when it is first needed
  Acceptor(HeldDescriptor socket, String name, Supplier<Reactor> reactors) {
    this.socket = socket;
    this.name = name;
    this.reactors = reactors;
  }

  void accept(Consumer<AcceptedConnection> next) {
    Reactor thread;
    synchronized (this) {
      if (closed) {
        return;
      }
      thread = reactor.orElseGet(reactors);
      reactor = Optional.of(thread);
    }
    thread.execute(() -> {
      consumer = Optional.of(next);
      if (watch.isEmpty()) {
        begin(thread);
      }
      listen();
    });
  }

  void pause() {
    thread().ifPresent(thread -> thread.execute(() -> consumer = Optional.empty()));
  }

  /// Stops accepting permanently. Must be called before the descriptor is closed. The caller must
  /// not hold a lock that a consumer needs.
  void close() {
    Optional<Reactor> thread;
    synchronized (this) {
      closed = true;
      thread = reactor;
      reactor = Optional.empty();
    }
    thread.ifPresent(open ->
        open.call(() -> {
          consumer = Optional.empty();
          watch.ifPresent(Reactor.Watch::remove);
          watch = Optional.empty();
        }));
  }

  private synchronized Optional<Reactor> thread() {
    return reactor;
  }

  private void begin(Reactor thread) {
    int result =
        socket.with(fd -> {
          Reactor.Watch made = thread.watch(fd, _ -> round());
          watch = Optional.of(made);
          return made.add(Libc.EPOLLONESHOT);
        });
    if (result < 0) {
      watch = Optional.empty();
      complain(-result);
    }
  }

  /// Waits for a single event, because other processes may share the socket. Does nothing while
  /// accepting is suspended.
  private void listen() {
    if (consumer.isPresent() && !full.get()) {
      watch.ifPresent(open -> open.change(Libc.EPOLLIN | Libc.EPOLLONESHOT));
    }
  }

  private void round() {
    for (int count = 0; count < MOST_PER_ROUND && consumer.isPresent() && !isFull(); count++) {
      int fd = socket.with(SocketCalls::accept);
      if (fd >= 0) {
        hand(fd);
        continue;
      }
      switch (-fd) {
        case Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM, Errno.ENOBUFS -> {
          thread().ifPresent(thread -> thread.after(PAUSE_NANOS, this::listen));
          return;
        }
        case Errno.EBADF, Errno.EINVAL -> {
          complain(-fd);
          return;
        }
        case Errno.EAGAIN -> {
          listen();
          return;
        }
        default -> {} // an error of one connection only, accept(2)
      }
    }
    listen();
  }

  private void hand(int fd) {
    unclosed.incrementAndGet();
    LinuxConnection connection = new LinuxConnection(fd, this::closedOne);
    try {
      consumer.orElseThrow().accept(connection);
    } catch (RuntimeException fault) {
      connection.close();
      LOG.log(Level.ERROR, "a connection to " + name + " was dropped", fault);
    }
  }

  /// Called on any thread when a connection was closed.
  private void closedOne() {
    if (unclosed.decrementAndGet() <= MOST_UNCLOSED / 2 && full.compareAndSet(true, false)) {
      thread().ifPresent(thread -> thread.execute(this::listen));
    }
  }

  private boolean isFull() {
    if (unclosed.get() < MOST_UNCLOSED) {
      return false;
    }
    full.set(true);
    // Checked again, because connections may have been closed just before `full` was set.
    return unclosed.get() > MOST_UNCLOSED / 2 || !full.compareAndSet(true, false);
  }

  private void complain(int errno) {
    LOG.log(Level.WARNING, "cannot accept connections for {0}: {1}", name, Errno.message(errno));
  }
}
