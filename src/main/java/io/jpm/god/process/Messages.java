package io.jpm.god.process;

import io.jpm.god.instance.AppMessage;
import io.jpm.model.AppName;
import io.jpm.wire.JsonBounds;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// Reads what apps say (`process.send`), on a thread of its own: an app may say what it likes, as
/// fast as it likes, and God's context and the other apps must not notice.
///
/// - An app that says more than 2 MiB a second is not listened to until its time has come.
/// - A message that would become too large a tree is dropped before anything is made of it. What
///   was dropped is counted and told, at most once in ten seconds for each app.
///
/// Methods may be called on any thread; what is given is done in order.
public final class Messages implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Of what an app says to jpm and to its subscribers.
  private static final JsonBounds BOUNDS = new JsonBounds(64, 25_000, 1024);

  /// Characters of a message of Node's own, which are short.
  private static final int MOST_INTERNAL = 256 * 1024;

  /// Characters that may wait to be read, of all apps together.
  private static final long MOST_WAITING = 8L << 20;

  private static final long BYTES_PER_SECOND = 2L << 20;

  /// What a message costs beside its text.
  private static final long MESSAGE_BYTES = 256;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, task -> Thread.ofPlatform().name("jpm-messages").daemon().unstarted(task));

  private final LongSupplier nanoTime;
  private final AtomicLong waiting = new AtomicLong();

  /// Owned by the thread: when an app has paid for what it has said.
  private final Map<AppName, Long> paidAt = new HashMap<>();

  /// Owned by the thread.
  private final Map<AppName, Dropped> dropped = new HashMap<>();

  private static final class Dropped {
    long count;
    long toldAt;
  }

  /// @param nanoTime monotonic time
  public Messages(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// One message on its way.
  ///
  /// @param app who says it
  /// @param json as it came
  /// @param heard to be run once it was dealt with: the app may say more
  record Incoming(AppName app, String json, Runnable heard) {}

  /// Reads a message of an app's own.
  ///
  /// @param done gets, on the thread, what it says and what to run when that was dealt with; empty
  ///   when it was dropped or says nothing
  void read(Incoming message, Consumer<Optional<IpcHandler.Said>> done) {
    take(
        message,
        Integer.MAX_VALUE,
        heard ->
            AppMessage.read(message.json()).map(content -> new IpcHandler.Said(content, heard)),
        done);
  }

  /// Judges a message of Node's own, which another reads.
  ///
  /// @param done gets, on the thread, what to run when it was dealt with; empty when it was dropped
  void judge(Incoming message, Consumer<Optional<Runnable>> done) {
    take(message, MOST_INTERNAL, Optional::of, done);
  }

  /// Does `step` after all that was given before.
  void execute(Runnable step) {
    try {
      thread.execute(step);
    } catch (RejectedExecutionException closed) {
      step.run();
    }
  }

  private <T> void take(
      Incoming message,
      int most,
      Function<Runnable, Optional<T>> reading,
      Consumer<Optional<T>> done) {
    int length = message.json().length();
    boolean room = waiting.addAndGet(length) <= MOST_WAITING;
    execute(() -> {
      waiting.addAndGet(-length);
      Runnable heard = paying(message);
      Optional<String> problem =
          room ? problem(message, most) : Optional.of("came while too much was waiting to be read");
      problem.ifPresent(text -> drop(message.app(), text));
      Optional<T> read = problem.isPresent() ? Optional.empty() : reading.apply(heard);
      if (read.isEmpty()) {
        heard.run();
      }
      done.accept(read);
    });
  }

  private static Optional<String> problem(Incoming message, int most) {
    return message.json().length() > most
        ? Optional.of("is longer than " + most + " characters")
        : BOUNDS.problem(message.json().getBytes(StandardCharsets.UTF_8));
  }

  /// What to run when it was dealt with: at once, or when the app may say more.
  private Runnable paying(Incoming message) {
    long now = nanoTime.getAsLong();
    if (paidAt.size() > 1000) {
      paidAt.values().removeIf(at -> at - now < 0); // of apps that are gone
    }
    long cost = (message.json().length() + MESSAGE_BYTES) * SECOND / BYTES_PER_SECOND;
    long before = paidAt.getOrDefault(message.app(), now);
    long paid = (before - now < 0 ? now : before) + cost;
    paidAt.put(message.app(), paid);
    long wait = paid - now - SECOND;
    return wait <= 0 ? message.heard() : () -> later(message.heard(), wait);
  }

  private void later(Runnable heard, long nanos) {
    try {
      var _ = thread.schedule(heard, nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      heard.run();
    }
  }

  private void drop(AppName app, String problem) {
    long now = nanoTime.getAsLong();
    Dropped of = dropped.computeIfAbsent(app, _ -> new Dropped());
    of.count++;
    if (of.count == 1 || now - of.toldAt >= BETWEEN_LINES.toNanos()) {
      of.toldAt = now;
      LOG.log(
          Level.WARNING,
          "{0}: {1} of its messages were dropped so far; the last one {2}",
          app,
          Long.toString(of.count),
          problem);
    }
  }

  /// What is waiting is not read any more.
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
