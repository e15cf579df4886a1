package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.HeartbeatAck;
import io.jpm.bus.daemon.HeartbeatCommand;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Whether God answers, and the latency of event loops.
@Timeout(60)
class HeartbeatVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration QUICK = Duration.ofMillis(40);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger acks = new AtomicInteger();
  private final AtomicLong now = new AtomicLong();
  private final List<DaemonEvent> events = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  @BeforeEach
  void god() {
    BusCodec.install(vertx);
    vertx
        .eventBus()
        .<GodCommand>consumer(
            Addresses.GOD_COMMAND,
            message -> {
              if (!silent && message.body() instanceof GodCommand.Ping) {
                message.reply(new GodReply(List.of(), List.of()));
              }
            });
    vertx.eventBus().<HeartbeatAck>consumer(Addresses.HEARTBEAT_ACKS, _ -> acks.incrementAndGet());
    vertx
        .eventBus()
        .<DaemonEvent>consumer(Addresses.DAEMON_EVENTS, message -> events.add(message.body()));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(LIMIT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private void deploy(Duration interval, Optional<Duration> longest) {
    await(
        vertx.deployVerticle(
            new HeartbeatVerticle(
                now::get,
                new HeartbeatVerticle.EventOrigin(4711, InstantSource.system()),
                interval,
                longest)));
  }

  private HeartbeatReply ask() {
    return await(
        vertx
            .eventBus()
            .<HeartbeatReply>request(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.GetStatus())
            .map(reply -> reply.body()));
  }

  private void awaitState(String what, Predicate<HeartbeatReply> state) {
    Eventually.await(what, LIMIT, () -> state.test(ask()), this::ask);
  }

  @Test
  void eachReplyIsPublishedAsAnAck() {
    deploy(Duration.ofHours(1), Optional.of(QUICK));
    Eventually.await("three acknowledgements", LIMIT, () -> acks.get() >= 3);
    assertThat(ask().interval()).isEqualTo(QUICK);
    assertThat(ask().last()).contains(Duration.ZERO);
  }

  @Test
  void missedPingsAndTheRecoveryAreDetected() {
    silent = true;
    deploy(QUICK, Optional.empty());
    awaitState("two misses in a row", state -> state.consecutiveMisses() >= 2);
    assertThat(acks).hasValue(0);
    silent = false;
    awaitState("no ping is missing", state -> state.consecutiveMisses() == 0);
    assertThat(ask().missed()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void missedPingsArePublishedAtGrowingIntervalsWithTheirEnd() {
    silent = true;
    deploy(Duration.ofHours(1), Optional.of(QUICK));
    awaitState("nine misses in a row", state -> state.consecutiveMisses() >= 9);
    silent = false;
    awaitState("no ping is missing", state -> state.consecutiveMisses() == 0);
    Eventually.await(
        "the recovery is published",
        LIMIT,
        () -> events.stream().anyMatch(it -> it.kind() == DaemonEvent.Kind.HEARTBEAT_BACK),
        events::toString);
    List<DaemonEvent> missed =
        events.stream().filter(it -> it.kind() == DaemonEvent.Kind.HEARTBEAT_MISSED).toList();
    assertThat(missed)
        .extracting(DaemonEvent::reason)
        .startsWith(
            "God, the supervisor, has not answered a ping within 20 ms (1 in a row): apps are not supervised until it answers",
            "God, the supervisor, has not answered a ping within 20 ms (2 in a row): apps are not supervised until it answers",
            "God, the supervisor, has not answered a ping within 20 ms (4 in a row): apps are not supervised until it answers",
            "God, the supervisor, has not answered a ping within 20 ms (8 in a row): apps are not supervised until it answers")
        .noneMatch(reason -> reason.contains("(9 in"));
    assertThat(events.getLast().reason()).contains("missed pings");
    assertThat(events.getLast().pid()).isEqualTo(4711);
  }

  @Test
  void intervalCanBeChangedWithinTheLimitsOfTheServiceManager() {
    deploy(Duration.ofHours(1), Optional.of(Duration.ofSeconds(30)));
    assertThat(ask().interval()).isEqualTo(Duration.ofSeconds(30));
    vertx
        .eventBus()
        .send(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.SetInterval(Duration.ofSeconds(2)));
    awaitState("the interval is 2 s", state -> state.interval().equals(Duration.ofSeconds(2)));
    vertx
        .eventBus()
        .send(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.SetInterval(Duration.ofMillis(1)));
    awaitState("the interval is 1 s", state -> state.interval().equals(Duration.ofSeconds(1)));
    vertx
        .eventBus()
        .send(Addresses.HEARTBEAT_COMMAND, new HeartbeatCommand.SetInterval(Duration.ofHours(1)));
    awaitState("the interval is 30 s", state -> state.interval().equals(Duration.ofSeconds(30)));
  }

  @Test
  void latencyOfALateEventLoopIsMeasured() {
    deploy(QUICK, Optional.empty());
    assertThat(ask().loops()).isNotEmpty();
    now.set(Duration.ofSeconds(5).toNanos());
    awaitState(
        "every loop was late",
        state ->
            state.loops().stream()
                .allMatch(loop -> loop.worst().compareTo(Duration.ofSeconds(4)) > 0));
    Eventually.await(
        "the stall is published",
        LIMIT,
        () ->
            events.stream()
                .anyMatch(it ->
                    it.kind() == DaemonEvent.Kind.STALL
                        && it.reason().startsWith("an event loop was blocked for 4")),
        events::toString);
    awaitState(
        "no loop is late",
        state -> state.loops().stream().allMatch(loop -> loop.latestDelay().isZero()));
  }
}
