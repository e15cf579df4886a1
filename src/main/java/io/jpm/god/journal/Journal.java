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

/// Keeps `state.json` up with what God knows: one write at a time, and what changes during a write
/// goes into the next one. That one follows at once where somebody waits for it, unless there were
/// many, else after a pause in which more comes together. The disk follows at its own pace, and no
/// write waits for it. Owned by GodVerticle's context.
public final class Journal {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Longer writes are of many apps.
  private static final long QUICK_WRITE_MILLIS = 5;

  /// A flush makes whatever else is done with files wait, so it comes after a command's writes and
  /// not between them; nor is a crash loop to become a loop of flushes.
  private static final long FORCE_AFTER_MILLIS = 100;

  private static final long LONGEST_FORCE_AFTER_MILLIS = 500;

  /// A busy disk is left to others for so many times as long as the last flush took.
  private static final long FORCE_PAUSE_FACTOR = 4;

  /// A full disk is tried again, but not in a hurry.
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 1000;

  /// What a refusal says, whatever is wrong with the disk.
  private static final String NOTHING_BEGUN =
      "so nothing is begun that the next daemon would not know";

  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final JournalFile file;
  private final Supplier<JournalEntry.Snapshot> present;

  /// With a thousand apps a write takes its time: while they all start, most of it is to be theirs.
  private final WriteThrottle writes;

  /// Something is not in any write yet.
  private boolean changed;

  /// A write is due, under way, or has just ended.
  private boolean busy;

  /// Somebody waits for what is in no write yet.
  private boolean awaited;

  /// The pause after a write, where somebody who waits may cut it short.
  private OptionalLong idle = OptionalLong.empty();

  /// Something is being forced, or will be.
  private boolean forcing;

  /// When that is not under way yet.
  private OptionalLong forceTimer = OptionalLong.empty();

  private long forceAfterMillis = FORCE_AFTER_MILLIS;

  /// How many writes stand in the file.
  private long written;

  /// How many of them are on the disk, or have been tried.
  private long forced;

  /// Why the last write failed.
  private Optional<Throwable> writeFailure = Optional.empty();

  /// Why the last one that stood did not get onto the disk.
  private Optional<Throwable> forceFailure = Optional.empty();

  /// Either in words.
  private Optional<String> problem = Optional.empty();

  /// Completed when what is being written stands in the file; there is nothing: empty.
  private Optional<Promise<Void>> underWay = Optional.empty();

  /// Completed by the write after that.
  private Promise<Void> next = Promise.promise();

  private final List<Forced> waiting = new ArrayList<>();

  /// Somebody waits until so many writes are on the disk.
  private record Forced(long written, Promise<Void> promise) {}

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

  /// Something has changed: it will be written soon.
  public void changed() {
    changed = true;
    if (!busy) {
      busy = true;
      // Not at once: the changes of one turn of the loop belong together.
      vertx.runOnContext(_ -> write());
    }
  }

  /// Completes when all that has changed until now stands in the file, where the next daemon finds
  /// it, or cannot be put there. It is on the disk, for a loss of power, some time later.
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

  /// As [#written], for what must not be done before it stands there.
  ///
  /// @return empty when it stands there; else why not, as a sentence for people that says that
  ///   nothing is begun
  public Future<Optional<String>> kept() {
    return written()
        // Where the disk has failed before, the file alone is no proof.
        .compose(_ ->
            writeFailure.isEmpty() && forceFailure.isPresent()
                ? forced()
                : Future.succeededFuture())
        .map(_ -> writeFailure.or(() -> forceFailure).map(this::refusal));
  }

  private String refusal(Throwable cause) {
    return "%s cannot be written (%s), %s: make room on that disk, or mend it, and try again"
        .formatted(file.path(), words(cause), NOTHING_BEGUN);
  }

  /// Whether `problem` is that of [#kept].
  public static boolean isRefusal(String problem) {
    return problem.contains(NOTHING_BEGUN);
  }

  /// As [#written], and it is on the disk or cannot be put there.
  public Future<Void> forced() {
    return written()
        .compose(_ -> {
          if (!forcing || forced >= written) {
            return Future.succeededFuture();
          }
          Promise<Void> promise = Promise.promise();
          waiting.add(new Forced(written, promise));
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
          // Apps go on even when the disk is full: whoever waits is not held up by it.
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

  /// What is written until then gets onto the disk together.
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
    List<Forced> told = waiting.stream().filter(it -> !forcing || it.written() <= forced).toList();
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
          "the journal cannot be written ({0}): if the daemon ends now, changes since the last write are forgotten",
          failure.get().toString());
    } else if (failure.isEmpty() && problem.isPresent()) {
      LOG.log(Level.INFO, "the journal can be written again");
    }
    problem =
        failure.map(cause ->
            "it is done, but cannot be written down yet (%s): that is tried again each second, and if the daemon ends before, it is forgotten"
                .formatted(words(cause)));
  }

  private static String words(Throwable error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  /// A sentence for the user where the last write has failed.
  public Optional<String> problem() {
    return problem;
  }
}
