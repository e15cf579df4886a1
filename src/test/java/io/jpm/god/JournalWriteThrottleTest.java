package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalEntry;
import io.jpm.god.journal.JournalFile;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Throttling of journal writes.
class JournalWriteThrottleTest {
  private static final Duration PAUSE = Duration.ofMillis(25);
  private static final int BURST = 32;

  @TempDir private Path home;
  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger writes = new AtomicInteger();

  /// A clock that stands still: writes take no time, and no pause passes.
  private final AtomicLong nanos = new AtomicLong();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private Journal journal() {
    return new Journal(
        vertx,
        nanos::get,
        new JournalFile(home),
        () -> {
          writes.incrementAndGet();
          return JournalEntry.Snapshot.EMPTY;
        });
  }

  /// Changes the state and waits until it is written, `times` times.
  private void change(int times) throws Exception {
    var done = new CompletableFuture<Void>();
    vertx.runOnContext(_ -> change(journal(), times, done));
    done.get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
  }

  private static void change(Journal journal, int times, CompletableFuture<Void> done) {
    if (times == 0) {
      done.complete(null);
      return;
    }
    journal.changed();
    journal.written().onComplete(_ -> change(journal, times - 1, done));
  }

  @Test
  void manySuccessiveChangesAreThrottled() throws Exception {
    long began = System.nanoTime();
    change(BURST + 11);
    assertThat(writes).hasValue(BURST + 11);
    // A timer never fires too early.
    assertThat(System.nanoTime() - began).isGreaterThan(10 * PAUSE.toNanos());
  }

  @Test
  void simultaneousChangesAreOneWrite() throws Exception {
    var done = new CompletableFuture<Void>();
    vertx.runOnContext(_ -> {
      Journal journal = journal();
      for (int i = 0; i < 100; i++) {
        journal.changed();
      }
      journal.written().onComplete(_ -> done.complete(null));
    });
    done.get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    assertThat(writes).hasValue(1);
  }
}
