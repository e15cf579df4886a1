package io.jpm.god;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Keeps `state.json` up with what God knows: one write at a time, and what changes during a write
/// goes into the next one. Few writes follow at once, many with pauses. Owned by GodVerticle's
/// context.
final class Journal {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// A crash loop must not become a loop of disk flushes.
  private static final long PAUSE_MILLIS = 25;

  /// So many writes have no pause between them when there were none for a while: a restart takes
  /// three, and somebody waits for the last one.
  private static final int BURST = 32;

  /// Longer ones are of many apps, or of a slow disk, and are always followed by a pause.
  private static final long QUICK_MILLIS = 10;

  private static final long PAUSE_FACTOR = 4;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  /// A full disk is tried again, but not in a hurry.
  private static final long PAUSE_AFTER_FAILURE_MILLIS = 1000;

  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final JournalFile file;
  private final Supplier<JournalEntry.Snapshot> present;

  /// Something is not in any write yet.
  private boolean changed;

  /// A write is due, under way, or has just ended.
  private boolean busy;

  private boolean failing;

  /// How long the last write took.
  private long lastMillis;

  /// How many writes need no pause now; one more for each pause that has passed.
  private int credit = BURST;

  private long creditedNanos;

  /// Why the last write failed.
  private Optional<String> problem = Optional.empty();

  /// Completed when what is being written stands in the file; there is nothing: empty.
  private Optional<Promise<Void>> underWay = Optional.empty();

  /// Completes when the last write is over.
  private Future<Boolean> lastWrite = Future.succeededFuture(true);

  /// Completed by the write after that.
  private Promise<Void> next = Promise.promise();

  Journal(
      Vertx vertx,
      LongSupplier nanoTime,
      JournalFile file,
      Supplier<JournalEntry.Snapshot> present) {
    this.vertx = vertx;
    this.nanoTime = nanoTime;
    this.file = file;
    this.present = present;
    this.creditedNanos = nanoTime.getAsLong();
  }

  /// Something has changed: it will be written soon.
  void changed() {
    changed = true;
    if (!busy) {
      busy = true;
      // Not at once: the changes of one turn of the loop belong together.
      vertx.runOnContext(_ -> write());
    }
  }

  /// Completes when all that has changed until now stands in the file, where the next daemon finds
  /// it, or cannot be put there. It is on the disk, for a loss of power, a moment later.
  Future<Void> written() {
    if (changed) {
      return next.future();
    }
    return underWay.map(Promise::future).orElseGet(Future::succeededFuture);
  }

  /// As [#written], and it is on the disk.
  Future<Void> forced() {
    return written().eventually(() -> lastWrite.otherwise(false));
  }

  private void write() {
    changed = false;
    Promise<Void> done = next;
    next = Promise.promise();
    underWay = Optional.of(done);
    JournalEntry.Snapshot snapshot = present.get();
    long began = nanoTime.getAsLong();
    Context context = vertx.getOrCreateContext();
    lastWrite =
        vertx
            .executeBlocking(
                () -> {
                  file.write(snapshot, () -> context.runOnContext(_ -> stands(done)));
                  return true;
                },
                false)
            .map(Objects::requireNonNull);
    lastWrite.onComplete(result -> {
      report(result.cause());
      // Apps go on even when the disk is full: whoever waits is not held up by it.
      stands(done);
      lastMillis = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - began);
      if (!failing && lastMillis <= QUICK_MILLIS && takesCredit()) {
        again();
      } else {
        vertx.setTimer(failing ? PAUSE_AFTER_FAILURE_MILLIS : pauseMillis(), _ -> again());
      }
    });
  }

  private void stands(Promise<Void> written) {
    if (written.tryComplete()) {
      underWay = Optional.empty();
    }
  }

  private boolean takesCredit() {
    long pauses =
        TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - creditedNanos) / PAUSE_MILLIS;
    creditedNanos += TimeUnit.MILLISECONDS.toNanos(pauses * PAUSE_MILLIS);
    credit = (int) Math.min(BURST, credit + pauses);
    if (credit == 0) {
      return false;
    }
    credit--;
    return true;
  }

  /// With a thousand apps a write takes its time: while they all start, most of it is to be theirs.
  private long pauseMillis() {
    return Math.clamp(lastMillis * PAUSE_FACTOR, PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  private void again() {
    if (changed || failing) {
      write();
    } else {
      busy = false;
    }
  }

  private void report(@Nullable Throwable error) {
    if (error != null && !failing) {
      LOG.log(
          Level.ERROR,
          "the journal cannot be written ({0}): if the daemon ends now, changes since the last write are forgotten",
          error.toString());
    } else if (error == null && failing) {
      LOG.log(Level.INFO, "the journal can be written again");
    }
    failing = error != null;
    problem =
        Optional.ofNullable(error)
            .map(cause ->
                "it is done, but cannot be written down (%s): should the daemon end now, it will be forgotten"
                    .formatted(words(cause)));
  }

  private static String words(Throwable error) {
    return error.getMessage() == null ? error.toString() : error.getMessage();
  }

  /// A sentence for the user where the last write has failed.
  Optional<String> problem() {
    return problem;
  }
}
