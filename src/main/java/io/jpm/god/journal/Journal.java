package io.jpm.god.journal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Writes the state of God to `state.json`, one write at a time. Changes during a write are part of
/// the next one. Forcing writes to the disk (a flush) happens independently, and no write waits for
/// it.
///
/// The next write follows immediately if a caller is waiting for it, unless there have been many
/// writes recently. Otherwise, it follows after a pause, which combines further changes into one
/// write. Confined to GodVerticle's context.
public final class Journal {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Upper bound on the duration of a quick write. Only the journals of many apps take longer.
  private static final long QUICK_WRITE_MILLIS = 5;

  /// Delay before a flush. A flush makes all other file operations wait, so it should run after the
  /// writes of a command and not between them. The delay also limits the number of flushes in a
  /// crash loop.
  private static final long FORCE_AFTER_MILLIS = 100;

  private static final long LONGEST_FORCE_AFTER_MILLIS = 500;

  /// The pause after a flush is the duration of the flush times this factor, so that other programs
  /// can use a busy disk.
  private static final long FORCE_PAUSE_FACTOR = 4;

  /// Pause before the next attempt after a failure, for example because the disk is full.
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 1000;

  /// Part of every message returned by [#persisted]; [#isRefusal] recognizes the messages by it.
  private static final String NOTHING_BEGUN = "so no process was started";

  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final JournalFile file;
  private final Supplier<JournalEntry.Snapshot> present;

  /// Limits the rate of writes. A journal of a thousand apps takes long to write, and while they
  /// are starting, most of the CPU time must be available to them.
  private final WriteThrottle writes;

  /// Whether there are changes that are not part of any write yet.
  private boolean changed;

  /// Whether a write is scheduled or running, or the pause after a write has not ended.
  private boolean busy;

  /// Whether a caller is waiting for changes that are not part of any write yet.
  private boolean awaited;

  /// Timer of the pause after a write, if the pause may be shortened for a waiting caller.
  private OptionalLong idle = OptionalLong.empty();

  /// Whether a flush is running or scheduled.
  private boolean forcing;

  /// Timer of a scheduled flush.
  private OptionalLong forceTimer = OptionalLong.empty();

  private long forceAfterMillis = FORCE_AFTER_MILLIS;

  /// Number of successful writes.
  private long written;

  /// Number of writes covered by a flush, whether it succeeded or not.
  private long forced;

  /// The failure of the last write; empty if it succeeded.
  private Optional<Throwable> writeFailure = Optional.empty();

  /// The failure of the last flush; empty if it succeeded.
  private Optional<Throwable> forceFailure = Optional.empty();

  /// The message about either failure; empty if there is none.
  private Optional<String> problem = Optional.empty();

  /// Completes when the current write has finished; empty if no write is running.
  private Optional<Promise<Void>> underWay = Optional.empty();

  /// Completes when the next write has finished.
  private Promise<Void> next = Promise.promise();

  private final List<FlushWaiter> waiting = new ArrayList<>();

  /// A caller that waits until the first `written` writes have been flushed.
  private record FlushWaiter(long written, Promise<Void> promise) {}

  public Journal(
      Vertx vertx,
      LongSupplier nanoTime,
      JournalFile file,
      Supplier<JournalEntry.Snapshot> present) {
    this.vertx = vertx;
    this.file = file;
    this.present = present;
    this.writes = new WriteThrottle(nanoTime, QUICK_WRITE_MILLIS);
    this.nanoTime = nanoTime;
  }

  /// Records a change and schedules a write.
  public void changed() {
    changed = true;
    if (!busy) {
      busy = true;
      // Deferred, so that all changes in one turn of the event loop are part of the same write.
      vertx.runOnContext(_ -> write());
    }
  }

  /// Completes when the file contains all changes made so far, or when they could not be written.
  /// The next daemon then finds the changes. They are forced to the disk, in case of a power
  /// failure, a short time later.
  public Future<Void> written() {
    if (changed) {
      awaited = true;
      Future<Void> all = next.future();
      if (idle.isPresent() && vertx.cancelTimer(idle.getAsLong())) {
        write();
      }
      return all;
    }
    return underWay.map(Promise::future).orElseGet(Future::succeededFuture);
  }

  /// Completes like [#written]. Intended for actions that must not begin before the file contains
  /// the changes.
  ///
  /// @return empty if the file contains the changes; otherwise a message for the user that explains
  ///   why not, and that the action was not started
  public Future<Optional<String>> persisted() {
    return written()
        // If the disk has failed before, a successful write alone does not prove that the data will
        // be kept.
        .compose(_ ->
            writeFailure.isEmpty() && forceFailure.isPresent()
                ? flushed()
                : Future.succeededFuture())
        .map(_ -> writeFailure.or(() -> forceFailure).map(this::refusal));
  }

  private String refusal(Throwable cause) {
    return "%s cannot be written (%s), %s: free disk space or repair the disk, and try again"
        .formatted(file.path(), words(cause), NOTHING_BEGUN);
  }

  /// Reports whether `problem` is a message returned by [#persisted].
  public static boolean isRefusal(String problem) {
    return problem.contains(NOTHING_BEGUN);
  }

  /// Like [#written], but completes when the changes are on the disk, or when they could not be
  /// forced to it.
  public Future<Void> flushed() {
    return written()
        .compose(_ -> {
          if (!forcing || forced >= written) {
            return Future.succeededFuture();
          }
          Promise<Void> promise = Promise.promise();
          waiting.add(new FlushWaiter(written, promise));
          if (forceTimer.isPresent() && vertx.cancelTimer(forceTimer.getAsLong())) {
            force();
          }
          return promise.future();
        });
  }

  private void write() {
    idle = OptionalLong.empty();
    changed = false;
    awaited = false;
    Promise<Void> done = next;
    next = Promise.promise();
    underWay = Optional.of(done);
    JournalEntry.Snapshot snapshot = present.get();
    writes.begin();
    blocking(
            () -> {
              file.put(snapshot);
              return true;
            })
        .onComplete(result -> {
          long pause = writes.pauseMillis();
          underWay = Optional.empty();
          writeFailure = Optional.ofNullable(result.cause());
          report();
          if (result.succeeded()) {
            written++;
            forceSoon();
          }
          // Waiting callers are also completed after a failure, so that supervision continues even
          // if the disk is full.
          done.complete();
          again(pause);
        });
  }

  private void again(long pauseMillis) {
    if (problem.isPresent()) {
      vertx.setTimer(PAUSE_AFTER_FAILURE_MILLIS, _ -> again());
    } else if (pauseMillis > 0) {
      vertx.setTimer(pauseMillis, _ -> again());
    } else if (awaited) {
      write();
    } else {
      idle = OptionalLong.of(vertx.setTimer(WriteThrottle.LEAST_MILLIS, _ -> again()));
    }
  }

  private void again() {
    idle = OptionalLong.empty();
    if (changed || problem.isPresent()) {
      write();
    } else {
      busy = false;
    }
  }

  /// Schedules a flush, which covers all writes made before it begins.
  private void forceSoon() {
    if (!forcing) {
      forcing = true;
      forceTimer = OptionalLong.of(vertx.setTimer(forceAfterMillis, _ -> force()));
    }
  }

  private void force() {
    forceTimer = OptionalLong.empty();
    long count = written;
    long began = nanoTime.getAsLong();
    blocking(
            () -> {
              file.force();
              return true;
            })
        .onComplete(result -> {
          long took = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - began);
          forceAfterMillis =
              Math.clamp(took * FORCE_PAUSE_FACTOR, FORCE_AFTER_MILLIS, LONGEST_FORCE_AFTER_MILLIS);
          forceFailure = Optional.ofNullable(result.cause());
          report();
          forced = count;
          forcing = false;
          if (result.succeeded() && written > count) {
            forceSoon();
          }
          completeWaiters();
          if (result.failed() && !busy) {
            busy = true;
            again(0);
          }
        });
  }

  private void completeWaiters() {
    List<FlushWaiter> told =
        waiting.stream().filter(it -> !forcing || it.written() <= forced).toList();
    waiting.removeAll(told);
    told.forEach(it -> it.promise().complete());
  }

  private Future<Boolean> blocking(Callable<Boolean> work) {
    return vertx.executeBlocking(work, false).map(Objects::requireNonNull);
  }

  private void report() {
    Optional<Throwable> failure = writeFailure.or(() -> forceFailure);
    if (failure.isPresent() && problem.isEmpty()) {
      LOG.log(
          Level.ERROR,
          "the journal cannot be written ({0}): if the daemon exits now, changes since the last write are lost",
          failure.get().toString());
    } else if (failure.isEmpty() && problem.isPresent()) {
      LOG.log(Level.INFO, "the journal can be written again");
    }
    problem =
        failure.map(cause ->
            ("the command succeeded, but the change cannot be recorded yet (%s): jpm retries every"
                    + " second; the change is lost if the daemon exits before that")
                .formatted(words(cause)));
  }

  private static String words(Throwable error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  /// Returns a message for the user if the last write or flush failed; otherwise empty.
  public Optional<String> problem() {
    return problem;
  }
}
