package io.jpm.logs.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.FullLogPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Long random runs of many streams in a memory that is much too small, with kills at any store.
/// `-Djpm.seed` repeats a run.
@Timeout(300)
class LogBufferRandomTest {
  private static final int ROUNDS = 400;
  private static final int OPERATIONS = 300;
  private static final int STREAMS = 6;

  private static final class Round {
    private final SplittableRandom random;
    private final MemoryImage memoryImage = new MemoryImage();
    private final List<PipeAndFile> apps = new ArrayList<>();
    private final FullLogPolicy[] policies = new FullLogPolicy[STREAMS];
    private final long limit;
    private long pool;
    private LogBuffer memory;

    Round(SplittableRandom random) throws IOException {
      this.random = random;
      this.limit = random.nextInt(1024, 3000);
      this.pool = random.nextInt(512, 4096);
      for (int i = 0; i < STREAMS; i++) {
        int longest = random.nextInt(5) == 0 ? 2500 : random.nextInt(12, 60);
        apps.add(new PipeAndFile("s" + i, PipeAndFile.lines(random, 9000, 10, longest)));
        policies[i] = random.nextInt(4) == 0 ? FullLogPolicy.BLOCK : FullLogPolicy.DROP_OLDEST;
      }
      memory = memoryImage.boot(pool, StepLimit.unlimited());
    }

    void run(StepLimit stepLimit) throws IOException {
      memory = memoryImage.boot(pool, stepLimit);
      for (int i = 0; i < STREAMS; i++) {
        LogStream stream = stream(i);
        stream.whenFull(policies[i]);
        apps.get(i).settle(stream);
      }
      for (int i = 0; i < OPERATIONS; i++) {
        act(random.nextInt(STREAMS), stepLimit);
      }
    }

    private LogStream stream(int app) throws IOException {
      return memory.stream(apps.get(app).name, limit);
    }

    private void act(int app, StepLimit stepLimit) throws IOException {
      PipeAndFile pipeAndFile = apps.get(app);
      LogStream stream = stream(app);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4, 5, 6 -> read(pipeAndFile, stream, stepLimit);
        case 7, 8 ->
            pipeAndFile.write(stream, random.nextInt(20, 900), random.nextBoolean(), stepLimit);
        case 9 -> lookAndRead(pipeAndFile, stream, stepLimit);
        case 10 -> pipeAndFile.drop(stream, random.nextInt(20, 300));
        default -> {
          pool = random.nextInt(512, 4096);
          memory.resize(pool);
        }
      }
    }

    private void read(PipeAndFile pipeAndFile, LogStream stream, StepLimit stepLimit)
        throws IOException {
      if (pipeAndFile.remaining() == 0) {
        return;
      }
      long before = stream.droppedTotals().bytes();
      int most = random.nextInt(1, 400);
      boolean room = pipeAndFile.read(stream, most, random.nextInt(1, 400), stepLimit);
      assertThat(stream.waitingBytes()).isLessThanOrEqualTo(limit);
      if (!stream.drops()) {
        assertThat(stream.droppedTotals().bytes()).isEqualTo(before);
      } else {
        assertThat(room || someoneHolds())
            .as("a stream that drops lines always has space")
            .isTrue();
      }
    }

    /// Reports whether all waiting bytes may have to stay, because they belong to streams that
    /// block or are being read.
    private boolean someoneHolds() throws IOException {
      for (int i = 0; i < STREAMS; i++) {
        if (policies[i] == FullLogPolicy.BLOCK && stream(i).waitingBytes() > 0) {
          return true;
        }
      }
      return false;
    }

    private void lookAndRead(PipeAndFile pipeAndFile, LogStream stream, StepLimit stepLimit)
        throws IOException {
      List<ByteBuffer> views = stream.waiting(random.nextInt(20, 900));
      byte[] before = PipeAndFile.bytes(views);
      for (int i = 0; i < 5; i++) {
        int app = random.nextInt(STREAMS);
        if (apps.get(app).remaining() > 0) {
          apps.get(app).read(stream(app), random.nextInt(1, 400), 400, stepLimit);
        }
      }
      views.forEach(ByteBuffer::rewind);
      assertThat(PipeAndFile.bytes(views)).as("bytes of the views").isEqualTo(before);
      pipeAndFile.write(stream, random.nextInt(20, 900), random.nextBoolean(), stepLimit);
    }

    void check() throws IOException {
      memory = memoryImage.boot(pool, StepLimit.unlimited());
      for (int i = 0; i < STREAMS; i++) {
        apps.get(i).check(stream(i));
      }
      assertThat(memory.waitingBytes()).isZero();
      assertThat(memory.usedUnits()).as("units in use").isZero();
    }
  }

  @Test
  @Tag("slow")
  void everyLineIsWrittenOrCountedAsLost() throws IOException {
    long seed = Long.getLong("jpm.seed", 20_261_121L);
    for (int number = 0; number < ROUNDS; number++) {
      long roundSeed = seed + number;
      Round round = new Round(new SplittableRandom(roundSeed));
      try {
        runWithKills(round, new SplittableRandom(~roundSeed));
        round.check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Djpm.seed=" + roundSeed, e);
      }
    }
  }

  private static void runWithKills(Round round, SplittableRandom deaths) throws IOException {
    for (int lives = deaths.nextInt(1, 6); lives > 0; lives--) {
      long most = deaths.nextInt(4) == 0 ? Long.MAX_VALUE : deaths.nextInt(1, 9000);
      try {
        round.run(new StepLimit(most));
      } catch (StepLimit.Killed expected) {
        // the next daemon continues
      }
    }
  }

  @Test
  void oldestLinesAreDroppedWhenTheMemoryCannotGrow() throws IOException {
    MemoryImage memoryImage = new MemoryImage();
    memoryImage.limitUnits(8);
    LogBuffer memory = memoryImage.boot(64L * 64, StepLimit.unlimited());
    PipeAndFile app =
        new PipeAndFile("app", PipeAndFile.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    while (app.remaining() > 0) {
      assertThat(app.read(stream, 100, 100, StepLimit.unlimited())).isTrue();
    }
    assertThat(stream.waitingBytes()).isBetween(4L * 64, 8L * 64);
    app.check(stream);
    assertThat(stream.droppedTotals().lines()).isPositive();
  }

  @Test
  void blockingStreamReceivesNoSpaceAndLosesNothing() throws IOException {
    LogBuffer memory = new MemoryImage().boot(64L * 64, StepLimit.unlimited());
    PipeAndFile app =
        new PipeAndFile("app", PipeAndFile.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 2000);
    stream.whenFull(FullLogPolicy.BLOCK);
    while (app.read(stream, 100, 100, StepLimit.unlimited())) {
      // until the stream is full
    }
    assertThat(stream.waitingBytes()).isEqualTo(2000);
    assertThat(app.write(stream, 500, false, StepLimit.unlimited())).isTrue();
    assertThat(app.read(stream, 100, 100, StepLimit.unlimited())).isTrue();
    app.check(stream);
    assertThat(stream.droppedTotals()).isEqualTo(new LogStream.Losses(0, 0, 0));
  }

  @Test
  void floodDropsLinesOfTheLargestStream() throws IOException {
    LogBuffer memory = new MemoryImage().boot(32L * 64, StepLimit.unlimited());
    PipeAndFile flood =
        new PipeAndFile("flood", PipeAndFile.lines(new SplittableRandom(1), 9000, 10, 30));
    PipeAndFile small =
        new PipeAndFile("small", PipeAndFile.lines(new SplittableRandom(2), 100, 10, 30));
    LogStream little = memory.stream("small", 1 << 20);
    small.read(little, 100, 100, StepLimit.unlimited());
    LogStream much = memory.stream("flood", 1 << 20);
    while (flood.remaining() > 0) {
      assertThat(flood.read(much, 100, 100, StepLimit.unlimited())).isTrue();
    }
    assertThat(much.droppedTotals().lines()).isPositive();
    assertThat(little.droppedTotals().bytes()).isZero();
    small.check(little);
    flood.check(much);
  }

  @Test
  void memoryIsReleasedAfterAFlood() throws IOException {
    LogBuffer memory = new MemoryImage().boot(64L * 64, StepLimit.unlimited());
    PipeAndFile app =
        new PipeAndFile("app", PipeAndFile.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    while (app.remaining() > 0) {
      app.read(stream, 100, 100, StepLimit.unlimited());
    }
    assertThat(memory.backedBytes()).isEqualTo(60L * 64); // 4 units stay in reserve
    app.check(stream);
    assertThat(memory.backedBytes()).isEqualTo(4L * 64);
  }

  @Test
  void streamForgottenDuringAWriteKeepsItsBytesUntilItsEnd() throws IOException {
    LogBuffer memory = new MemoryImage().boot(64L * 64, StepLimit.unlimited());
    PipeAndFile app =
        new PipeAndFile("app", PipeAndFile.lines(new SplittableRandom(1), 400, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    app.read(stream, 300, 300, StepLimit.unlimited());
    List<ByteBuffer> views = stream.waiting(300);
    byte[] before = PipeAndFile.bytes(views);
    stream.begin(new FileWrite(0, 0, 0, 0, 300, before.length, 0));
    stream.forget();
    assertThat(memory.names()).isEmpty();
    PipeAndFile other =
        new PipeAndFile("app", PipeAndFile.lines(new SplittableRandom(2), 400, 10, 30));
    LogStream next = memory.stream("app", 1 << 20);
    other.read(next, 300, 300, StepLimit.unlimited());
    views.forEach(ByteBuffer::rewind);
    assertThat(PipeAndFile.bytes(views)).isEqualTo(before);
    int used = memory.usedUnits();
    stream.done();
    assertThat(memory.usedUnits()).isLessThan(used);
    assertThat(stream.reserve(10)).isNull();
    assertThat(stream.waiting(10)).isEmpty();
    other.check(next);
  }
}
