package io.jpm.logs.buffer;

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
class LogBufferKillTest {
  private static final long POOL = 40L * 64;
  private static final long LIMIT = 20L * 64;
  private static final long EVERY_RECOVERY = 40;

  /// The actions of several apps during the life of a daemon.
  private static final class Scenario {
    private final MemoryImage memoryImage = new MemoryImage();
    private final PipeAndFile app;
    private final PipeAndFile other;
    private final PipeAndFile endless;
    private final PipeAndFile deleted;

    Scenario() {
      SplittableRandom random = new SplittableRandom(4);
      app = new PipeAndFile("app", PipeAndFile.lines(random, 9000, 10, 40));
      other = new PipeAndFile("other", PipeAndFile.lines(random, 5000, 20, 30));
      endless = new PipeAndFile("endless", PipeAndFile.lines(random, 5000, 3000, 3000));
      deleted = new PipeAndFile("deleted", PipeAndFile.lines(random, 3000, 10, 20));
    }

    List<PipeAndFile> lastingApps() {
      return List.of(app, other, endless);
    }

    void run(StepLimit stepLimit) throws IOException {
      LogBuffer memory = memoryImage.boot(POOL, stepLimit);
      LogStream stream = memory.stream("app", LIMIT);
      readAndWriteInTurn(stream, stepLimit);
      LogStream second = memory.stream("other", LIMIT);
      frozenDisk(stream, second, stepLimit);
      LogStream third = memory.stream("deleted", LIMIT);
      read(deleted, third, 10, stepLimit);
      poolIsFull(memory, second, stepLimit);
      third.forget();
      memory.resize(16L * 64);
      read(app, stream, 3, stepLimit);
      write(app, stream, stepLimit);
      write(other, second, stepLimit);
      app.read(stream, 100, 100, stepLimit);
      memory.close();
    }

    /// Each read is followed by a write.
    private void readAndWriteInTurn(LogStream stream, StepLimit stepLimit) {
      for (int i = 0; i < 4; i++) {
        app.read(stream, 150, i % 2 == 0 ? 150 : 70, stepLimit);
        app.write(stream, 1000, i % 2 == 0, stepLimit);
      }
      app.read(stream, 300, 300, stepLimit);
      app.drop(stream, 100);
      app.write(stream, 1000, false, stepLimit);
    }

    /// A write takes long, and lines behind it are lost meanwhile.
    private void frozenDisk(LogStream stream, LogStream second, StepLimit stepLimit) {
      read(app, stream, 6, stepLimit);
      List<ByteBuffer> seen = stream.waiting(300);
      byte[] before = PipeAndFile.bytes(seen);
      read(app, stream, 10, stepLimit);
      assertThat(PipeAndFile.bytes(seen.stream().map(b -> b.rewind()).toList())).isEqualTo(before);
      app.write(stream, 300, true, stepLimit);
      read(other, second, 3, stepLimit);
      app.write(stream, 200, false, stepLimit);
      read(app, stream, 8, stepLimit);
      write(app, stream, stepLimit);
    }

    private void poolIsFull(LogBuffer memory, LogStream second, StepLimit stepLimit)
        throws IOException {
      LogStream torn = memory.stream("endless", LIMIT);
      read(endless, torn, 12, stepLimit);
      read(other, second, 8, stepLimit);
      read(endless, torn, 6, stepLimit);
      endless.write(torn, 200, false, stepLimit);
      read(endless, torn, 4, stepLimit);
      second.whenFull(FullLogPolicy.BLOCK);
      read(other, second, 4, stepLimit);
      write(endless, torn, stepLimit);
    }

    private static void read(
        PipeAndFile pipeAndFile, LogStream stream, int times, StepLimit stepLimit) {
      for (int i = 0; i < times; i++) {
        pipeAndFile.read(stream, 190, 190 - 13 * i % 90, stepLimit);
      }
    }

    private static void write(PipeAndFile pipeAndFile, LogStream stream, StepLimit stepLimit) {
      for (int i = 0; i < 100 && pipeAndFile.write(stream, 333, i % 3 != 0, stepLimit); i++) {
        // until no bytes wait
      }
    }

    /// Checks that the next daemon finds everything.
    void check() throws IOException {
      LogBuffer memory = memoryImage.boot(POOL, StepLimit.unlimited());
      for (PipeAndFile pipeAndFile : lastingApps()) {
        LogStream stream = memory.stream(pipeAndFile.name, LIMIT);
        pipeAndFile.check(stream);
      }
      if (memory.names().contains(deleted.name)) {
        deleted.check(memory.stream(deleted.name, LIMIT));
      }
      assertThat(memory.waitingBytes()).isZero();
      assertThat(memory.usedUnits()).as("units in use").isZero();
    }
  }

  @Test
  void scenarioHasLossesInEachStream() throws IOException {
    Scenario scenario = new Scenario();
    scenario.run(StepLimit.unlimited());
    LogBuffer memory = scenario.memoryImage.boot(POOL, StepLimit.unlimited());
    assertThat(memory.names()).containsExactly("app", "endless", "other");
    for (String name : memory.names()) {
      assertThat(memory.stream(name, LIMIT).droppedTotals().lines()).as(name).isPositive();
    }
    scenario.check();
  }

  @Test
  void killBeforeAnyStoreLosesAndRepeatsNoBytes() throws IOException {
    StepLimit whole = StepLimit.unlimited();
    new Scenario().run(whole);
    assertThat(whole.steps()).isGreaterThan(2000);
    for (long steps = 0; steps < whole.steps(); steps += TestGroup.choose(7, 1)) {
      Scenario scenario = killedAfter(steps);
      try {
        scenario.check();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("killed after " + steps + " of " + whole.steps(), e);
      }
    }
  }

  @Test
  void killDuringTheRecoveryLosesAndRepeatsNoBytes() throws IOException {
    StepLimit whole = StepLimit.unlimited();
    new Scenario().run(whole);
    for (long steps = 0; steps < whole.steps(); steps += TestGroup.choose(97, 3)) {
      for (long second = 0; second < EVERY_RECOVERY; second++) {
        Scenario scenario = killedAfter(steps);
        boolean died = diesInRecovery(scenario.memoryImage, second);
        try {
          scenario.check();
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError("killed after " + steps + ", then after " + second, e);
        }
        if (!died) {
          break;
        }
      }
    }
  }

  private static Scenario killedAfter(long steps) throws IOException {
    Scenario scenario = new Scenario();
    try {
      scenario.run(new StepLimit(steps));
      throw new AssertionError("not killed after " + steps);
    } catch (StepLimit.Killed expected) {
      return scenario;
    }
  }

  private static boolean diesInRecovery(MemoryImage memoryImage, long steps) throws IOException {
    try {
      memoryImage.boot(POOL, new StepLimit(steps));
      return false;
    } catch (StepLimit.Killed expected) {
      return true;
    }
  }
}
