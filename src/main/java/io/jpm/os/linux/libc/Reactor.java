package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Runs handlers, timers and tasks on one thread that waits in `epoll(7)`. One reactor handles
/// process exits, another reads log pipes. The handlers, timers and tasks of a reactor never run
/// concurrently, so data that only they use does not need a lock.
public final class Reactor implements AutoCloseable {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final int MOST_EVENTS = 256;
  private static final long WAKE_TOKEN = 0;

  private final int epoll;
  private final int wakeFd;
  private final Thread thread;
  private final Map<Long, Watch> watches = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong(WAKE_TOKEN);

  /// Guards `tasks`, `woken`, `stopping` and `ended`.
  private final Object lock = new Object();

  private Queue<Runnable> tasks = new ArrayDeque<>();
  private boolean woken;
  private boolean stopping;
  private boolean ended;

  /// The pending timers, earliest first. Confined to the reactor's thread.
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong((Timer timer) -> timer.at));

  /// Creates a reactor and starts its thread.
  ///
  /// @param name the name of the thread; the kernel shows at most 15 characters of it
  public Reactor(String name) {
    epoll = Libc.epollCreate();
    wakeFd = Libc.eventFd();
    if (epoll < 0 || wakeFd < 0) {
      throw new IllegalStateException(
          "cannot create an event loop: " + Errno.message(-Math.min(epoll, wakeFd)));
    }
    control(1, wakeFd, Libc.EPOLLIN, WAKE_TOKEN);
    thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    thread.start();
  }

  /// Handles the events of a watched descriptor. Called on the reactor's thread.
  public interface Handler {
    /// Called when the descriptor is ready.
    ///
    /// @param events the reported `EPOLL…` bits
    void ready(int events);
  }

  /// Creates a watch for `fd`. No event is reported until [Watch#add] is called.
  public Watch watch(int fd, Handler handler) {
    return new Watch(fd, tokens.incrementAndGet(), handler);
  }

  /// Runs `task` on the reactor's thread in its next iteration, or immediately on the calling
  /// thread if the reactor has stopped.
  public void execute(Runnable task) {
    synchronized (lock) {
      if (!ended) {
        tasks.add(task);
        wake();
        return;
      }
    }
    task.run();
  }

  /// Runs `task` on the reactor's thread and waits until it is done.
  public void call(Runnable task) {
    if (isOnThread()) {
      task.run();
    } else {
      CompletableFuture<Void> done = new CompletableFuture<>();
      execute(() -> {
        try {
          task.run();
        } finally {
          done.complete(null);
        }
      });
      done.join();
    }
  }

  /// Runs `task` after `nanos`, with the resolution of epoll (1 ms). Must be called on the
  /// reactor's thread.
  public void after(long nanos, Runnable task) {
    timers.add(new Timer(System.nanoTime() + nanos, task));
  }

  /// Stops the thread after it has run the tasks submitted so far. No event is reported afterwards.
  @Override
  public void close() {
    synchronized (lock) {
      if (stopping) {
        return;
      }
      stopping = true;
      wake();
    }
    Uninterruptibles.join(thread);
  }

  private boolean isOnThread() {
    return Thread.currentThread().equals(thread);
  }

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment events =
          arena.allocate((long) MOST_EVENTS * Libc.EPOLL_EVENT_BYTES, Long.BYTES);
      while (!hasEnded()) {
        runTasks();
        int count = Libc.epollWait(epoll, events, timeout());
        for (int i = 0; i < count; i++) {
          dispatch(events, (long) i * Libc.EPOLL_EVENT_BYTES);
        }
        runTimers();
      }
    }
    watches.clear();
    Libc.close(wakeFd);
    Libc.close(epoll);
  }

  private boolean hasEnded() {
    synchronized (lock) {
      ended = stopping && tasks.isEmpty();
      return ended;
    }
  }

  /// Runs the current tasks. Tasks that they submit wait for the next iteration, so that a busy
  /// pipe does not delay exits.
  private void runTasks() {
    Queue<Runnable> now;
    synchronized (lock) {
      if (tasks.isEmpty()) {
        return;
      }
      now = tasks;
      tasks = new ArrayDeque<>();
    }
    for (Runnable task : now) {
      guarded(task);
    }
  }

  private int timeout() {
    synchronized (lock) {
      if (stopping || !tasks.isEmpty()) {
        return 0;
      }
    }
    Timer next = timers.peek();
    if (next == null) {
      return -1;
    }
    long left = next.at - System.nanoTime();
    return Math.clamp((left + 999_999) / 1_000_000, 0, 60_000);
  }

  private void dispatch(MemorySegment events, long offset) {
    int ready = events.get(INT, offset);
    long token = events.get(LONG, offset + Libc.EPOLL_DATA_OFFSET);
    if (token == WAKE_TOKEN) {
      sleepAgain();
      return;
    }
    Watch watch = watches.get(token);
    if (watch != null) {
      guarded(() -> watch.handler.ready(ready));
    }
  }

  private void runTimers() {
    long now = System.nanoTime();
    for (Timer timer = timers.peek(); timer != null && timer.at - now <= 0; timer = timers.peek()) {
      timers.remove();
      guarded(timer.task);
    }
  }

  /// Runs `task`. An exception is passed to the thread's uncaught exception handler, so that it
  /// does not stop the other handlers.
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error fault) {
      thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    }
  }

  private void wake() {
    if (!woken && !isOnThread()) {
      woken = true;
      try (Arena arena = Arena.ofConfined()) {
        Libc.write(wakeFd, arena.allocateFrom(ValueLayout.JAVA_LONG, 1));
      }
    }
  }

  private void sleepAgain() {
    synchronized (lock) {
      woken = false;
      try (Arena arena = Arena.ofConfined()) {
        Libc.read(wakeFd, arena.allocate(ValueLayout.JAVA_LONG));
      }
    }
  }

  private int control(int operation, int fd, int events, long token) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment event = arena.allocate(16, 8);
      event.set(INT, 0, events);
      event.set(LONG, Libc.EPOLL_DATA_OFFSET, token);
      return Libc.epollControl(epoll, operation, fd, event);
    }
  }

  private record Timer(long at, Runnable task) {}

  /// A watched descriptor. Each watch has a token that is never reused. An event that was fetched
  /// before the watch was removed therefore never reaches a later watch of the same descriptor
  /// number.
  public final class Watch {
    private final int fd;
    private final long token;
    private final Handler handler;

    private Watch(int fd, long token, Handler handler) {
      this.fd = fd;
      this.token = token;
      this.handler = handler;
    }

    /// Starts reporting `events`.
    ///
    /// @return 0 or the negative `errno`
    public int add(int events) {
      watches.put(token, this);
      int result = control(1, fd, events, token);
      if (result < 0) {
        watches.remove(token);
      }
      return result;
    }

    /// Replaces the events to report with `events`. Hang-ups are always reported, because epoll
    /// cannot disable them.
    public void change(int events) {
      control(3, fd, events, token);
    }

    /// Stops reporting events. Must be called before the descriptor is closed.
    public void remove() {
      if (watches.remove(token) != null) {
        control(2, fd, 0, token);
      }
    }
  }
}
