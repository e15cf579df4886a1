package io.jpm.logs.lines;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.LinesMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinePublisherTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String LEASE_HOLDER = "some.room";

  private final Vertx vertx = Vertx.vertx();
  private final LineCollector feed = new LineCollector();
  private final PrintingInstance web = PrintingInstance.of(feed, "web", 0);
  private final List<LinesMessage> seen = new CopyOnWriteArrayList<>();
  private final Queue<Message<FlowControlAck>> pendingAcks = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void open() {
    BusCodec.install(vertx);
    await(
        vertx
            .eventBus()
            .<JsonObject>consumer(
                Addresses.linesOf("web"), m -> seen.add(LinesMessage.fromJson(m.body())))
            .completion());
  }

  private void start(Duration lease) {
    await(new LinePublisher(vertx, feed, lease).start());
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

  private void collectAckRequests() {
    await(vertx.eventBus().<FlowControlAck>consumer(LEASE_HOLDER, pendingAcks::add).completion());
  }

  private void acknowledgeAtOnce() {
    await(
        vertx
            .eventBus()
            .<FlowControlAck>consumer(LEASE_HOLDER, m -> m.reply(m.body()))
            .completion());
  }

  private void lease(String... apps) {
    vertx.eventBus().send(Addresses.LINE_LEASES, new LineLease(LEASE_HOLDER, Set.of(apps)));
    Eventually.await(
        "the lines of the apps are collected", LIMIT, () -> feed.apps().equals(Set.of(apps)));
  }

  private long publishedLines() {
    return seen.stream().mapToLong(message -> message.gap() + message.lines().size()).sum();
  }

  @Test
  void linesThatDoNotFillAMessageArePublished() {
    start(LineLease.LEASE);
    acknowledgeAtOnce();
    lease("web");
    web.out("one\ntwo\n");
    Eventually.await("two lines are published", LIMIT, () -> publishedLines() == 2);
    assertThat(seen.getFirst().lines().getFirst().text()).isEqualTo("one");
    web.out("three\n");
    Eventually.await("three lines are published", LIMIT, () -> publishedLines() == 3);
  }

  @Test
  void leaseIsConfirmedWhenCollectionHasBegun() {
    start(LineLease.LEASE);
    acknowledgeAtOnce();
    var wanted = new LineLease(LEASE_HOLDER, Set.of("web"));
    assertThat(await(vertx.eventBus().request(Addresses.LINE_LEASES, wanted)).body())
        .isEqualTo(new FlowControlAck());
    assertThat(feed.apps()).containsExactly("web");
  }

  @Test
  void nextLinesArePublishedOnlyAfterAnAck() {
    start(LineLease.LEASE);
    collectAckRequests();
    lease("web");
    web.out("x\n".repeat(256));
    Eventually.await("an acknowledgement is requested", LIMIT, () -> !pendingAcks.isEmpty());
    web.out("x\n".repeat(100_000));
    web.out("last\n");
    assertThat(publishedLines()).isEqualTo(256);
    while (publishedLines() < 100_257) {
      Eventually.await("an acknowledgement is requested", LIMIT, () -> !pendingAcks.isEmpty());
      pendingAcks.remove().reply(new FlowControlAck());
    }
    assertThat(publishedLines()).isEqualTo(100_257);
    assertThat(seen.get(1).gap()).isEqualTo(100_001 - AppLineQueue.MAX_LINES);
    assertThat(seen.getLast().lines().getLast().text()).isEqualTo("last");
  }

  @Test
  void unreachableLeaseHolderIsRemoved() {
    start(Duration.ofHours(1));
    lease("web");
    web.out("one\n");
    Eventually.await("no lines are collected", LIMIT, () -> feed.apps().isEmpty());
  }

  @Test
  void leaseThatIsNotRenewedExpires() {
    start(Duration.ofMillis(300));
    acknowledgeAtOnce();
    vertx.eventBus().send(Addresses.LINE_LEASES, new LineLease(LEASE_HOLDER, Set.of("web")));
    Eventually.await(
        "lines are published",
        LIMIT,
        () -> {
          web.out("one\n");
          return publishedLines() > 0;
        });
    Eventually.await("no lines are collected", LIMIT, () -> feed.apps().isEmpty());
  }

  @Test
  void appIsCollectedWhileAnyLeaseNamesIt() {
    start(LineLease.LEASE);
    acknowledgeAtOnce();
    lease("web", "api");
    vertx.eventBus().send(Addresses.LINE_LEASES, new LineLease("other", Set.of("web", "job")));
    Eventually.await(
        "the apps of both leases are collected",
        LIMIT,
        () -> feed.apps().equals(Set.of("web", "api", "job")));
    vertx.eventBus().send(Addresses.LINE_LEASES, new LineLease(LEASE_HOLDER, Set.of()));
    Eventually.await(
        "the apps of the other lease are collected",
        LIMIT,
        () -> feed.apps().equals(Set.of("web", "job")));
  }
}
