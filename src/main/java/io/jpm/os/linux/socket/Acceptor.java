package io.jpm.os.linux.socket;

import io.jpm.os.Connection;
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

/// Accepts the connections of one socket in the daemon, on a reactor's thread, no more than are
/// closed again: the rest waits in the kernel's queue.
public final class Acceptor {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Connections that are not closed; with this many none is accepted until half of them are.
  public static final int MOST_UNCLOSED = 256;

  private static final int MOST_PER_ROUND = 64;

  /// How long to wait where the process or the machine may open no more files.
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final HeldDescriptor socket;
  private final String name;
  private final Supplier<Reactor> reactors;
  private final AtomicInteger unclosed = new AtomicInteger();

  /// Whether nothing is accepted until more were closed.
  private final AtomicBoolean full = new AtomicBoolean();

  /// Guarded by `this`: empty until it is first asked to accept, and after the end.
  private Optional<Reactor> reactor = Optional.empty();

  private boolean closed;

  /// Below all is owned by the reactor.
  private Optional<Consumer<Connection>> consumer = Optional.empty();

  private Optional<Reactor.Watch> watch = Optional.empty();

  /// @param name of the socket, for the log
  /// @param reactors gives the reactor when it is first needed
  Acceptor(HeldDescriptor socket, String name, Supplier<Reactor> reactors) {
    this.socket = socket;
    this.name = name;
    this.reactors = reactors;
  }

  void accept(Consumer<Connection> next) {
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

  /// Ends it; to be called before the descriptor is closed, without a lock that a consumer takes.
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

  /// One shot, since processes may share the socket, and none while its consumer has enough.
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
        default -> {} // what befell one connection before it was taken, accept(2)
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
      LOG.log(Level.ERROR, "a connection of " + name + " was dropped", fault);
    }
  }

  /// On any thread.
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
    // They may have been closed just before.
    return unclosed.get() > MOST_UNCLOSED / 2 || !full.compareAndSet(true, false);
  }

  private void complain(int errno) {
    LOG.log(Level.WARNING, "no connections can be accepted for {0}: {1}", name, Errno.words(errno));
  }
}
