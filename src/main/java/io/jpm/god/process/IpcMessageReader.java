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

/// Parses the messages that apps send with `process.send`. It uses a separate thread, so that
/// neither large nor frequent messages delay God's context or other apps.
///
/// - If an app sends more than 2 MiB per second, its channel is not read until the rate is below
///   this limit again.
/// - A message whose JSON tree would be too large is dropped before it is parsed. Dropped messages
///   are counted, and logged at most once in ten seconds per app.
///
/// Methods may be called on any thread. Messages are handled in order.
public final class IpcMessageReader implements AutoCloseable {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Limits for messages to jpm and to its subscribers.
  private static final JsonBounds BOUNDS = new JsonBounds(64, 25_000, 1024);

  /// Maximum length of an internal message of Node, in characters. Such messages are short.
  private static final int MOST_INTERNAL = 256 * 1024;

  /// Maximum number of characters that wait to be parsed, for all apps together.
  private static final long MOST_WAITING = 8L << 20;

  private static final long BYTES_PER_SECOND = 2L << 20;

  /// Fixed cost of a message in addition to its text, in bytes.
  private static final long MESSAGE_BYTES = 256;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, task -> Thread.ofPlatform().name("jpm-messages").daemon().unstarted(task));

  private final LongSupplier nanoTime;
  private final AtomicLong waiting = new AtomicLong();

  /// For each app, the time at which the messages received so far would end if they had been sent
  /// at the permitted rate. Confined to the parser thread.
  private final Map<AppName, Long> rateUsedUntil = new HashMap<>();

  /// The dropped messages of each app. Confined to the parser thread.
  private final Map<AppName, Dropped> dropped = new HashMap<>();

  private static final class Dropped {
    long count;
    long toldAt;
  }

  /// Creates the reader and its thread.
  ///
  /// @param nanoTime the monotonic clock
  public IpcMessageReader(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// A received message that has not been parsed yet.
  ///
  /// @param app the sender
  /// @param json the text as received
  /// @param heard must be run when the message has been handled; only then can the app send more
  record Incoming(AppName app, String json, Runnable heard) {}

  /// Parses a message of an app.
  ///
  /// @param done called on the parser thread with the content and the callback to run when it has
  ///   been handled; with an empty argument if the message was dropped or is not valid JSON
  void read(Incoming message, Consumer<Optional<IpcHandler.ParsedMessage>> done) {
    take(
        message,
        Integer.MAX_VALUE,
        heard ->
            AppMessage.read(message.json())
                .map(content -> new IpcHandler.ParsedMessage(content, heard)),
        done);
  }

  /// Checks the size of an internal message of Node, which ClusterBalancer will parse.
  ///
  /// @param done called on the parser thread with the callback to run when the message has been
  ///   handled; with an empty argument if the message was dropped
  void checkSize(Incoming message, Consumer<Optional<Runnable>> done) {
    take(message, MOST_INTERNAL, Optional::of, done);
  }

  /// Runs `step` after all messages received earlier have been parsed.
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
      Runnable heard = rateLimited(message);
      Optional<String> problem =
          room
              ? problem(message, most)
              : Optional.of("arrived while too many messages were waiting to be parsed");
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

  /// Returns the callback to run when the message has been handled. The callback lets the app send
  /// more, either immediately or as soon as the permitted rate allows.
  private Runnable rateLimited(Incoming message) {
    long now = nanoTime.getAsLong();
    if (rateUsedUntil.size() > 1000) {
      rateUsedUntil.values().removeIf(at -> at - now < 0); // remove apps that are gone
    }
    long cost = (message.json().length() + MESSAGE_BYTES) * SECOND / BYTES_PER_SECOND;
    long before = rateUsedUntil.getOrDefault(message.app(), now);
    long paid = (before - now < 0 ? now : before) + cost;
    rateUsedUntil.put(message.app(), paid);
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
          "{0}: {1} messages from this app have been dropped so far; the most recent one {2}",
          app,
          Long.toString(of.count),
          problem);
    }
  }

  /// Discards the messages that have not been parsed yet.
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
