package io.jpm.logs.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.FullLogPolicy;
import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Kills a daemon before each store into the memory, and the next daemon before each store of its
/// recovery.
@Timeout(300)
class LogMemoryKillTest {
  private static final long POOL = 40L * 64;
  private static final long LIMIT = 20L * 64;
  private static final long EVERY_RECOVERY = 40;

  /// The actions of several apps during the life of a daemon.
  private static final class Story {
    private final Image image = new Image();
    private final Outside app;
    private final Outside other;
    private final Outside endless;
    private final Outside deleted;

    Story() {
      SplittableRandom random = new SplittableRandom(4);
      app = new Outside("app", Outside.lines(random, 9000, 10, 40));
      other = new Outside("other", Outside.lines(random, 5000, 20, 30));
      endless = new Outside("endless", Outside.lines(random, 5000, 3000, 3000));
      deleted = new Outside("deleted", Outside.lines(random, 3000, 10, 20));
    }

    List<Outside> lasting() {
      return List.of(app, other, endless);
    }

    void live(Life life) throws IOException {
      LogMemory memory = image.boot(POOL, life);
      LogStream stream = memory.stream("app", LIMIT);
      calm(stream, life);
      LogStream second = memory.stream("other", LIMIT);
      frozenDisk(stream, second, life);
      LogStream third = memory.stream("deleted", LIMIT);
      read(deleted, third, 10, life);
      poolIsFull(memory, second, life);
      third.forget();
      memory.resize(16L * 64);
      read(app, stream, 3, life);
      write(app, stream, life);
      write(other, second, life);
      app.read(stream, 100, 100, life);
      memory.close();
    }

    /// Each read is followed by a write.
    private void calm(LogStream stream, Life life) {
      for (int i = 0; i < 4; i++) {
        app.read(stream, 150, i % 2 == 0 ? 150 : 70, life);
        app.write(stream, 1000, i % 2 == 0, life);
      }
      app.read(stream, 300, 300, life);
      app.drop(stream, 100);
      app.write(stream, 1000, false, life);
    }

    /// A write takes long, and lines behind it are lost meanwhile.
    private void frozenDisk(LogStream stream, LogStream second, Life life) {
      read(app, stream, 6, life);
      List<ByteBuffer> seen = stream.waiting(300);
      byte[] before = Outside.bytes(seen);
      read(app, stream, 10, life);
      assertThat(Outside.bytes(seen.stream().map(b -> b.rewind()).toList())).isEqualTo(before);
      app.write(stream, 300, true, life);
      read(other, second, 3, life);
      app.write(stream, 200, false, life);
      read(app, stream, 8, life);
      write(app, stream, life);
    }

    private void poolIsFull(LogMemory memory, LogStream second, Life life) throws IOException {
      LogStream torn = memory.stream("endless", LIMIT);
      read(endless, torn, 12, life);
      read(other, second, 8, life);
      read(endless, torn, 6, life);
      endless.write(torn, 200, false, life);
      read(endless, torn, 4, life);
      second.whenFull(FullLogPolicy.BLOCK);
      read(other, second, 4, life);
      write(endless, torn, life);
    }

    private static void read(Outside outside, LogStream stream, int times, Life life) {
      for (int i = 0; i < times; i++) {
        outside.read(stream, 190, 190 - 13 * i % 90, life);
      }
    }

    private static void write(Outside outside, LogStream stream, Life life) {
      for (int i = 0; i < 100 && outside.write(stream, 333, i % 3 != 0, life); i++) {
        // until no bytes wait
      }
    }

    /// Checks that the next daemon finds everything.
    void check() throws IOException {
      LogMemory memory = image.boot(POOL, Life.endless());
      for (Outside outside : lasting()) {
        LogStream stream = memory.stream(outside.name, LIMIT);
        outside.check(stream);
      }
      if (memory.names().contains(deleted.name)) {
        deleted.check(memory.stream(deleted.name, LIMIT));
      }
      assertThat(memory.waitingBytes()).isZero();
      assertThat(memory.usedUnits()).as("units in use").isZero();
    }
  }

  @Test
  void theStoryHasLossesOfEachKind() throws IOException {
    Story story = new Story();
    story.live(Life.endless());
    LogMemory memory = story.image.boot(POOL, Life.endless());
    assertThat(memory.names()).containsExactly("app", "endless", "other");
    for (String name : memory.names()) {
      assertThat(memory.stream(name, LIMIT).losses().lines()).as(name).isPositive();
    }
    story.check();
  }

  @Test
  void aKillBeforeAnyStoreLosesNothingAndRepeatsNothing() throws IOException {
    Life whole = Life.endless();
    new Story().live(whole);
    assertThat(whole.steps()).isGreaterThan(2000);
    for (long steps = 0; steps < whole.steps(); steps += TestGroup.choose(7, 1)) {
      Story story = killedAfter(steps);
      try {
        story.check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("killed after " + steps + " of " + whole.steps(), e);
      }
    }
  }

  @Test
  void aKillDuringTheRecoveryFromAKillLosesNothingEither() throws IOException {
    Life whole = Life.endless();
    new Story().live(whole);
    for (long steps = 0; steps < whole.steps(); steps += TestGroup.choose(97, 3)) {
      for (long second = 0; second < EVERY_RECOVERY; second++) {
        Story story = killedAfter(steps);
        boolean died = diesInRecovery(story.image, second);
        try {
          story.check();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("killed after " + steps + ", then after " + second, e);
        }
        if (!died) {
          break;
        }
      }
    }
  }

  private static Story killedAfter(long steps) throws IOException {
    Story story = new Story();
    try {
      story.live(new Life(steps));
      throw new AssertionError("not killed after " + steps);
    } catch (Life.Killed expected) {
      return story;
    }
  }

  private static boolean diesInRecovery(Image image, long steps) throws IOException {
    try {
      image.boot(POOL, new Life(steps));
      return false;
    } catch (Life.Killed expected) {
      return true;
    }
  }
}
