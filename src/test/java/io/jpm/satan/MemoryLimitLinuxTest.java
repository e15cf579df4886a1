package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Memory limits end to end, with real processes and real timers.
@Timeout(120)
@Tag("alone")
class MemoryLimitLinuxTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long MEBI = 1 << 20;

  @TempDir private Path dir;
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  @Test
  void treeThatGrowsAboveItsLimitIsReported() throws Exception {
    List<SatanReport> reports = new CopyOnWriteArrayList<>();
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<SatanReport>consumer(Addresses.SATAN_REPORTS, message -> reports.add(message.body()));
    try (var fixture = new HostFixture(new LinuxProcessHost(), dir)) {
      vertx
          .deployVerticle(
              new SatanVerticle(
                  fixture.host(), fixture.dir(), InstantSource.system(), System::nanoTime))
          .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
      Path gate = dir.resolve("gate");
      Spawned tree = fixture.start("grows.py", gate.toString(), "120", "1");
      Spawned modest = fixture.start("grows.py", dir.resolve("never").toString(), "1", "1");
      tree.awaitReady();
      modest.awaitReady();
      ProcessIdentity process = tree.child().identity();
      long limit = 100 * MEBI;
      vertx
          .eventBus()
          .request(
              Addresses.SATAN_COMMAND,
              new SatanCommand.Limits(Map.of(process, limit, modest.child().identity(), limit)))
          .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
      Files.createFile(gate);
      Eventually.await("a report is published", LIMIT, () -> !reports.isEmpty());
      assertThat(reports).hasSize(1);
      assertThat(reports.getFirst())
          .isInstanceOfSatisfying(
              MemoryExceeded.class,
              exceeded -> {
                assertThat(exceeded.process()).isEqualTo(process);
                assertThat(exceeded.limit()).isEqualTo(limit);
                assertThat(exceeded.bytes()).isBetween(120 * MEBI, 200 * MEBI);
              });
      tree.end();
      modest.end();
    }
  }

  /// The test triggers the samples, so that a peak certainly lies between two of them.
  @Test
  void onlyTwoConsecutiveSamplesAboveTheLimitAreReported() throws Exception {
    List<SatanReport> reports = new CopyOnWriteArrayList<>();
    var alarms = new ManualTimers();
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<SatanReport>consumer(Addresses.SATAN_REPORTS, message -> reports.add(message.body()));
    try (var fixture = new HostFixture(new LinuxProcessHost(), dir)) {
      var clock = new UsageSampler.Clock(InstantSource.system(), System::nanoTime);
      vertx
          .deployVerticle(new SatanVerticle(fixture.host(), fixture.dir(), clock, _ -> alarms))
          .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
      Path gate = dir.resolve("gate");
      Spawned tree = fixture.start("grows.py", gate.toString(), "60", "60");
      awaitWords(tree, "ready", 2);
      vertx
          .eventBus()
          .request(
              Addresses.SATAN_COMMAND,
              new SatanCommand.Limits(Map.of(tree.child().identity(), 120 * MEBI)))
          .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
      Files.createFile(gate);
      awaitWords(tree, "holding", 2);
      sample(alarms);
      Files.delete(gate);
      awaitWords(tree, "released", 2);
      sample(alarms);
      Files.createFile(gate);
      awaitWords(tree, "holding", 4);
      sample(alarms);
      assertThat(reports).isEmpty();
      alarms.fire();
      Eventually.await("a report is published", LIMIT, () -> !reports.isEmpty());
      tree.end();
    }
  }

  /// One second passes and the sample that is due completes.
  private static void sample(ManualTimers alarms) {
    alarms.fire();
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
  }

  private static void awaitWords(Spawned tree, String word, int count) {
    Eventually.await(
        count + " times " + word,
        LIMIT,
        () ->
            HostFixture.read(tree.out()).lines().filter(line -> line.equals(word)).count()
                == count);
  }
}
