package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReport;
import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.bus.satan.UsageLease;
import io.jpm.bus.satan.UsagePoint;
import io.jpm.console.Instances;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SatanVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final ProcessIdentity A = new ProcessIdentity("b", 1, 1);
  private static final ProcessIdentity B = new ProcessIdentity("b", 2, 1);

  private final Vertx vertx = Vertx.vertx();
  private final FakeUsageHost host = new FakeUsageHost();
  private static final ProcessIdentity WEB = Instances.process(3);
  private static final Instant NOW = Instant.parse("2026-03-04T10:00:00Z");
  private final ManualTimers alarms = new ManualTimers();
  private final AtomicLong nanos = new AtomicLong();
  private final List<SatanReport> reports = new CopyOnWriteArrayList<>();

  @BeforeEach
  void deploy() {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<SatanReport>consumer(Addresses.SATAN_REPORTS, message -> reports.add(message.body()));
    await(
        vertx.deployVerticle(
            new SatanVerticle(
                host,
                Path.of("/nowhere"),
                new UsageSampler.Clock(InstantSource.fixed(NOW), nanos::get),
                _ -> alarms)));
  }

  @AfterEach
  void close() {
    host.gate.release(1000);
    await(vertx.close());
    assertThat(host.mostAtOnce.get()).isLessThanOrEqualTo(1);
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(LIMIT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private void limits(Map<ProcessIdentity, Long> bytes) {
    SatanReply reply =
        await(
            vertx
                .eventBus()
                .<SatanReply>request(Addresses.SATAN_COMMAND, new SatanCommand.Limits(bytes))
                .map(Message::body));
    assertThat(reply).isEqualTo(new SatanReply.Done());
  }

  /// One second passes.
  private void passOneSecond() {
    int before = host.samples.size();
    alarms.fire();
    Eventually.await("a sample is taken", LIMIT, () -> host.samples.size() > before);
  }

  @Test
  void twoConsecutiveSamplesAboveTheLimitAreReportedOnce() {
    limits(Map.of(A, 100L, B, 100L));
    host.bytes.putAll(Map.of(A, 500L, B, 50L));
    passOneSecond();
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
    assertThat(reports).isEmpty();
    passOneSecond();
    Eventually.await("a report is published", LIMIT, () -> !reports.isEmpty());
    passOneSecond();
    passOneSecond();
    assertThat(reports).containsExactly(new MemoryExceeded(A, 500, 100));
    assertThat(host.samples).containsExactly(Set.of(A, B), Set.of(A, B), Set.of(B), Set.of(B));
  }

  @Test
  void withoutLimitsNoTimerIsSet() {
    limits(Map.of());
    assertThat(alarms.pending).isEmpty();
    limits(Map.of(A, 100L));
    assertThat(alarms.pending).hasSize(1);
    limits(Map.of(A, 100L, B, 100L));
    assertThat(alarms.pending).hasSize(1);
    limits(Map.of());
    assertThat(alarms.pending).isEmpty();
    assertThat(host.samples).isEmpty();
  }

  @Test
  void timerEndsWithTheLastLimitedProcess() {
    limits(Map.of(A, 100L));
    host.bytes.put(A, 500L);
    passOneSecond();
    passOneSecond();
    Eventually.await("a report is published", LIMIT, () -> !reports.isEmpty());
    // A has been reported and is not sampled any more.
    limits(Map.of(A, 100L));
    assertThat(alarms.pending).isEmpty();
  }

  @Test
  void samplesDoNotOverlap() {
    host.gate.drainPermits();
    limits(Map.of(A, 100L));
    passOneSecond();
    limits(Map.of(A, 100L, B, 100L));
    limits(Map.of());
    limits(Map.of(B, 100L));
    assertThat(alarms.pending).isEmpty();
    host.gate.release();
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
    host.gate.release(10);
    passOneSecond();
    assertThat(host.samples).containsExactly(Set.of(A), Set.of(B));
  }

  @Test
  void samplingContinuesAfterAFailure() {
    limits(Map.of(A, 100L));
    host.bytes.put(A, 500L);
    host.broken = true;
    passOneSecond();
    passOneSecond();
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
    host.broken = false;
    passOneSecond();
    passOneSecond();
    Eventually.await("a report is published", LIMIT, () -> !reports.isEmpty());
  }

  /// Registers God with one instance of `web`.
  private void registerGod() {
    InstanceView web = Instances.online(3, "web");
    await(
        vertx
            .eventBus()
            .<GodCommand>consumer(
                Addresses.GOD_COMMAND,
                message -> message.reply(new GodReply(List.of(web), List.of())))
            .completion());
  }

  private SatanReply ask(SatanCommand command) {
    return await(
        vertx.eventBus().<SatanReply>request(Addresses.SATAN_COMMAND, command).map(Message::body));
  }

  @Test
  void followerReceivesTheUsageOfAllAppsEachSecond() {
    registerGod();
    List<JsonObject> heard = new CopyOnWriteArrayList<>();
    await(
        vertx
            .eventBus()
            .<JsonObject>consumer(Addresses.USAGE, message -> heard.add(message.body()))
            .completion());
    host.bytes.put(WEB, 5000L);
    host.bytes.put(B, 7000L);
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease("monitor", true));
    passOneSecond();
    Eventually.await("a usage message is published", LIMIT, () -> heard.size() == 1);
    nanos.addAndGet(1_000_000_000L);
    host.cpuNanos.set(250_000_000);
    passOneSecond();
    Eventually.await("another usage message is published", LIMIT, () -> heard.size() == 2);
    assertThat(heard.getLast())
        .isEqualTo(
            new JsonObject(
                """
                {"v": 1, "at": 1772618400000, "instances": [
                  {"app": "web", "id": 3, "pid": %d, "cpu": 25.0, "memory": 5000, "processes": 1}]}
                """
                    .formatted(WEB.pid())));
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease("monitor", false));
    Eventually.await("no timer is set", LIMIT, alarms.pending::isEmpty);
    assertThat(host.samples).containsExactly(Set.of(WEB), Set.of(WEB));
  }

  @Test
  void followerThatDoesNotRenewItsLeaseIsRemoved() {
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease("monitor", true));
    passOneSecond();
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
    nanos.addAndGet(UsageLease.LEASE.toNanos());
    alarms.fire();
    Eventually.await("no timer is set", LIMIT, alarms.pending::isEmpty);
  }

  @Test
  void historyContinuesForSomeMinutesAfterASample() {
    registerGod();
    host.bytes.put(WEB, 5000L);
    ask(new SatanCommand.Sample(List.of(WEB), TreeUsage.Detail.BASIC));
    alarms.fire(SamplingSchedule.SLOW);
    Eventually.await("the next timer is set", LIMIT, () -> !alarms.pending.isEmpty());
    assertThat(ask(new SatanCommand.GetUsageHistory(Optional.of(new InstanceId(3)))))
        .isEqualTo(new SatanReply.RecordedUsage(List.of(new UsagePoint(NOW, 0, 5000))));
    assertThat(ask(new SatanCommand.GetUsageHistory(Optional.of(new InstanceId(4)))))
        .isEqualTo(new SatanReply.RecordedUsage(List.of()));
    nanos.addAndGet(SamplingSchedule.HISTORY_DURATION.toNanos());
    alarms.fire(SamplingSchedule.SLOW);
    Eventually.await("no timer is set", LIMIT, alarms.pending::isEmpty);
  }

  @Test
  void requestedSampleIsReturnedAtOnce() {
    host.bytes.put(A, 5000L);
    assertThat(ask(new SatanCommand.Sample(List.of(A, B), TreeUsage.Detail.ALL)))
        .isInstanceOfSatisfying(
            SatanReply.Sampled.class,
            sampled -> {
              assertThat(sampled.usages()).containsOnlyKeys(A);
              assertThat(Objects.requireNonNull(sampled.usages().get(A)).memoryBytes())
                  .isEqualTo(5000);
            });
  }
}
