package io.jpm.logs.memory;

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
class LogMemoryRandomTest {
  private static final int ROUNDS = 400;
  private static final int OPERATIONS = 300;
  private static final int STREAMS = 6;

  private static final class Round {
    private final SplittableRandom random;
    private final Image image = new Image();
    private final List<Outside> apps = new ArrayList<>();
    private final FullLogPolicy[] policies = new FullLogPolicy[STREAMS];
    private final long limit;
    private long pool;
    private LogMemory memory;

    Round(SplittableRandom random) throws IOException {
      this.random = random;
      this.limit = random.nextInt(1024, 3000);
      this.pool = random.nextInt(512, 4096);
      for (int i = 0; i < STREAMS; i++) {
        int longest = random.nextInt(5) == 0 ? 2500 : random.nextInt(12, 60);
        apps.add(new Outside("s" + i, Outside.lines(random, 9000, 10, longest)));
        policies[i] = random.nextInt(4) == 0 ? FullLogPolicy.BLOCK : FullLogPolicy.DROP_OLDEST;
      }
      memory = image.boot(pool, Life.endless());
    }

    void live(Life life) throws IOException {
      memory = image.boot(pool, life);
      for (int i = 0; i < STREAMS; i++) {
        LogStream stream = stream(i);
        stream.whenFull(policies[i]);
        apps.get(i).settle(stream);
      }
      for (int i = 0; i < OPERATIONS; i++) {
        act(random.nextInt(STREAMS), life);
      }
    }

    private LogStream stream(int app) throws IOException {
      return memory.stream(apps.get(app).name, limit);
    }

    private void act(int app, Life life) throws IOException {
      Outside outside = apps.get(app);
      LogStream stream = stream(app);
      switch (random.nextInt(12)) {
        case 0, 1, 2, 3, 4, 5, 6 -> read(outside, stream, life);
        case 7, 8 -> outside.write(stream, random.nextInt(20, 900), random.nextBoolean(), life);
        case 9 -> lookAndRead(outside, stream, life);
        case 10 -> outside.drop(stream, random.nextInt(20, 300));
        default -> {
          pool = random.nextInt(512, 4096);
          memory.resize(pool);
        }
      }
    }

    private void read(Outside outside, LogStream stream, Life life) throws IOException {
      if (outside.left() == 0) {
        return;
      }
      long before = stream.losses().bytes();
      int most = random.nextInt(1, 400);
      boolean room = outside.read(stream, most, random.nextInt(1, 400), life);
      assertThat(stream.waitingBytes()).isLessThanOrEqualTo(limit);
      if (!stream.drops()) {
        assertThat(stream.losses().bytes()).isEqualTo(before);
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

    private void lookAndRead(Outside outside, LogStream stream, Life life) throws IOException {
      List<ByteBuffer> views = stream.waiting(random.nextInt(20, 900));
      byte[] before = Outside.bytes(views);
      for (int i = 0; i < 5; i++) {
        int app = random.nextInt(STREAMS);
        if (apps.get(app).left() > 0) {
          apps.get(app).read(stream(app), random.nextInt(1, 400), 400, life);
        }
      }
      views.forEach(ByteBuffer::rewind);
      assertThat(Outside.bytes(views)).as("bytes of the views").isEqualTo(before);
      outside.write(stream, random.nextInt(20, 900), random.nextBoolean(), life);
    }

    void check() throws IOException {
      memory = image.boot(pool, Life.endless());
      for (int i = 0; i < STREAMS; i++) {
        apps.get(i).check(stream(i));
      }
      assertThat(memory.waitingBytes()).isZero();
      assertThat(memory.usedUnits()).as("units in use").isZero();
    }
  }

  @Test
  @Tag("slow")
  void whateverHappensAllIsWrittenOrCounted() throws IOException {
    long seed = Long.getLong("jpm.seed", 20_261_121L);
    for (int number = 0; number < ROUNDS; number++) {
      long roundSeed = seed + number;
      Round round = new Round(new SplittableRandom(roundSeed));
      try {
        liveAndDie(round, new SplittableRandom(~roundSeed));
        round.check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Djpm.seed=" + roundSeed, e);
      }
    }
  }

  private static void liveAndDie(Round round, SplittableRandom deaths) throws IOException {
    for (int lives = deaths.nextInt(1, 6); lives > 0; lives--) {
      long most = deaths.nextInt(4) == 0 ? Long.MAX_VALUE : deaths.nextInt(1, 9000);
      try {
        round.live(new Life(most));
      } catch (Life.Killed expected) {
        // the next daemon continues
      }
    }
  }

  @Test
  void whereTheMemoryCannotGrowTheOldestLinesGo() throws IOException {
    Image image = new Image();
    image.fullBehind(8);
    LogMemory memory = image.boot(64L * 64, Life.endless());
    Outside app = new Outside("app", Outside.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    while (app.left() > 0) {
      assertThat(app.read(stream, 100, 100, Life.endless())).isTrue();
    }
    assertThat(stream.waitingBytes()).isBetween(4L * 64, 8L * 64);
    app.check(stream);
    assertThat(stream.losses().lines()).isPositive();
  }

  @Test
  void oneWhoBlocksGetsNoRoomAndLosesNothing() throws IOException {
    LogMemory memory = new Image().boot(64L * 64, Life.endless());
    Outside app = new Outside("app", Outside.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 2000);
    stream.whenFull(FullLogPolicy.BLOCK);
    while (app.read(stream, 100, 100, Life.endless())) {
      // until the stream is full
    }
    assertThat(stream.waitingBytes()).isEqualTo(2000);
    assertThat(app.write(stream, 500, false, Life.endless())).isTrue();
    assertThat(app.read(stream, 100, 100, Life.endless())).isTrue();
    app.check(stream);
    assertThat(stream.losses()).isEqualTo(new LogStream.Losses(0, 0, 0));
  }

  @Test
  void aFloodTakesFromTheLargestAndNotFromTheSmall() throws IOException {
    LogMemory memory = new Image().boot(32L * 64, Life.endless());
    Outside flood = new Outside("flood", Outside.lines(new SplittableRandom(1), 9000, 10, 30));
    Outside small = new Outside("small", Outside.lines(new SplittableRandom(2), 100, 10, 30));
    LogStream little = memory.stream("small", 1 << 20);
    small.read(little, 100, 100, Life.endless());
    LogStream much = memory.stream("flood", 1 << 20);
    while (flood.left() > 0) {
      assertThat(flood.read(much, 100, 100, Life.endless())).isTrue();
    }
    assertThat(much.losses().lines()).isPositive();
    assertThat(little.losses().bytes()).isZero();
    small.check(little);
    flood.check(much);
  }

  @Test
  void memoryIsGivenBackAfterAFlood() throws IOException {
    LogMemory memory = new Image().boot(64L * 64, Life.endless());
    Outside app = new Outside("app", Outside.lines(new SplittableRandom(1), 4000, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    while (app.left() > 0) {
      app.read(stream, 100, 100, Life.endless());
    }
    assertThat(memory.backedBytes()).isEqualTo(60L * 64); // 4 units stay in reserve
    app.check(stream);
    assertThat(memory.backedBytes()).isEqualTo(4L * 64);
  }

  @Test
  void aStreamThatIsForgottenDuringAWriteKeepsItsBytesUntilTheEnd() throws IOException {
    LogMemory memory = new Image().boot(64L * 64, Life.endless());
    Outside app = new Outside("app", Outside.lines(new SplittableRandom(1), 400, 10, 30));
    LogStream stream = memory.stream("app", 1 << 20);
    app.read(stream, 300, 300, Life.endless());
    List<ByteBuffer> views = stream.waiting(300);
    byte[] before = Outside.bytes(views);
    stream.begin(new FileWrite(0, 0, 0, 0, 300, before.length, 0));
    stream.forget();
    assertThat(memory.names()).isEmpty();
    Outside other = new Outside("app", Outside.lines(new SplittableRandom(2), 400, 10, 30));
    LogStream next = memory.stream("app", 1 << 20);
    other.read(next, 300, 300, Life.endless());
    views.forEach(ByteBuffer::rewind);
    assertThat(Outside.bytes(views)).isEqualTo(before);
    int used = memory.usedUnits();
    stream.done();
    assertThat(memory.usedUnits()).isLessThan(used);
    assertThat(stream.reserve(10)).isNull();
    assertThat(stream.waiting(10)).isEmpty();
    other.check(next);
  }
}
