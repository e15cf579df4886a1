package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.god.journal.FileCalls;
import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalEntry;
import io.jpm.god.journal.JournalFile;
import io.jpm.god.journal.JournalTest;
import io.jpm.model.process.Phase;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Effects of a slow or failing disk on callers that wait for the journal.
@Timeout(60)
class JournalDiskTest {
  /// An empty list could be recorded without a file, so the journal has one entry.
  private static final JournalEntry ONE =
      JournalTest.entry(0, Phase.ONLINE, Optional.empty(), JournalEntry.BalancingState.NONE);

  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path home;
  private final Vertx vertx = Vertx.vertx();
  private final Disk disk = new Disk();

  /// The content that the journal writes: the id of the next instance.
  private final AtomicInteger number = new AtomicInteger();

  private Context context;
  private Journal journal;

  @BeforeEach
  void open() {
    context = vertx.getOrCreateContext();
    journal =
        new Journal(
            vertx,
            System::nanoTime,
            new JournalFile(home, disk),
            () -> new JournalEntry.Snapshot(number.get(), List.of(ONE)));
  }

  @AfterEach
  void close() throws Exception {
    disk.repair();
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  /// A disk whose flushes can be blocked, and on which flushes and new files can fail.
  private static final class Disk extends FileCalls.Kernel {
    private volatile CountDownLatch passes = new CountDownLatch(0);
    private volatile boolean forcesFail;
    private volatile boolean isFull;
    private final AtomicInteger forces = new AtomicInteger();

    void blockFlushes() {
      passes = new CountDownLatch(1);
    }

    void repair() {
      forcesFail = false;
      isFull = false;
      passes.countDown();
    }

    @Override
    public Output create(Path file) throws IOException {
      if (isFull) {
        throw new IOException("No space left on device");
      }
      Output output = super.create(file);
      return new Output() {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
          return output.write(bytes);
        }

        @Override
        public void force() throws IOException {
          forces.incrementAndGet();
          try {
            passes.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          if (forcesFail) {
            throw new IOException("Input/output error");
          }
          output.force();
        }

        @Override
        public void close() throws IOException {
          output.close();
        }
      };
    }
  }

  private <T> T onContext(Callable<T> work) throws Exception {
    var done = new CompletableFuture<T>();
    context.runOnContext(_ -> {
      try {
        done.complete(work.call());
      } catch (Exception e) {
        done.completeExceptionally(e);
      }
    });
    return done.get(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
  }

  /// Changes the content, then awaits the future that `awaited` returns.
  private Future<Void> change(Supplier<Future<Void>> awaited) throws Exception {
    return onContext(() -> {
      number.incrementAndGet();
      journal.changed();
      return awaited.get();
    });
  }

  private int journaledNumber() {
    return new JournalFile(home).read().nextId();
  }

  @Test
  void writesDoNotWaitForTheDisk() throws Exception {
    disk.blockFlushes();
    for (int write = 1; write <= 10; write++) {
      change(journal::written).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
      assertThat(journaledNumber()).isEqualTo(write);
    }
    assertThat(disk.forces.get()).as("flushes: one at a time").isLessThan(2);
  }

  @Test
  void forcedWaitsOnlyForTheNewestGeneration() throws Exception {
    disk.blockFlushes();
    for (int write = 1; write <= 10; write++) {
      change(journal::written).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    }
    Future<Void> forced = onContext(journal::flushed);
    assertThat(forced.isComplete()).isFalse();
    disk.repair();
    forced.await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    assertThat(disk.forces.get()).as("flushes: changes in between are combined").isLessThan(3);
    assertThat(onContext(journal::flushed).isComplete()).isTrue();
  }

  @Test
  void failedFlushIsReportedAndRetried() throws Exception {
    change(journal::flushed).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    disk.forcesFail = true;
    change(journal::flushed).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    assertThat(problem()).contains("Input/output error");
    assertThat(journaledNumber()).as("generation that can be read").isEqualTo(1);
    disk.repair();
    Eventually.await(
        "the journal is written again", LONG, () -> journaledNumber() == 2 && problem().isEmpty());
    assertThat(disk.forces.get()).isGreaterThan(2);
  }

  @Test
  void successOfAnOlderFlushDoesNotClearAFullDiskProblem() throws Exception {
    disk.blockFlushes();
    change(journal::written).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    disk.isFull = true;
    change(journal::written).await(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS);
    assertThat(problem()).contains("No space left");
    disk.passes.countDown();
    Eventually.await("the older generation is flushed", LONG, () -> onDisk());
    assertThat(problem()).contains("No space left");
    disk.repair();
    Eventually.await(
        "the newer generation is written",
        LONG,
        () -> journaledNumber() == 2 && problem().isEmpty());
  }

  private boolean onDisk() {
    try {
      return onContext(() -> journal.flushed().isComplete());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private String problem() {
    try {
      return onContext(() -> journal.problem().orElse(""));
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
