package io.jpm.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.console.Instances;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HistoryVerticleTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final Optional<String> ALL = Optional.empty();

  @TempDir private Path dir;
  private final FullDisk disk = new FullDisk();
  private final List<EventMessage> seen = new CopyOnWriteArrayList<>();
  private final List<EventMessage> seenOfWeb = new CopyOnWriteArrayList<>();
  private Vertx vertx = Vertx.vertx();

  @BeforeEach
  void open() {
    BusCodec.install(vertx);
    listen(Addresses.EVENTS, seen);
    listen(Addresses.eventsOf("web"), seenOfWeb);
  }

  private void listen(String address, List<EventMessage> into) {
    vertx.eventBus().<JsonObject>consumer(address, m -> into.add(EventMessage.fromJson(m.body())));
  }

  private String deploy() {
    return await(vertx.deployVerticle(new HistoryVerticle(directory(), 1 << 20, "boot", disk)));
  }

  private Path directory() {
    return dir.resolve("events");
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(TIMEOUT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private void publish(int count) {
    GodEvents.some(count).forEach(event -> vertx.eventBus().publish(Addresses.GOD_EVENTS, event));
  }

  private HistoryReply ask(HistoryCommand command) {
    return await(
        vertx
            .eventBus()
            .<HistoryReply>request(Addresses.HISTORY_COMMAND, command)
            .map(m -> m.body()));
  }

  private void awaitSeen(int count) {
    Eventually.await(
        count + " events are published", TIMEOUT, () -> seen.size() >= count, seen::size);
  }

  @Test
  void eventsAreStoredBeforeTheyArePublished() {
    List<Boolean> kept = new CopyOnWriteArrayList<>();
    vertx
        .eventBus()
        .<JsonObject>consumer(Addresses.EVENTS, m -> kept.add(isKept(m.body().getLong("seq"))));
    deploy();
    publish(20);
    Eventually.await("all events have arrived", TIMEOUT, () -> kept.size() == 20);
    assertThat(kept).doesNotContain(false);
  }

  @Test
  void everyReplyContainsTheLastSequenceNumber() {
    String first = deploy();
    assertThat(ask(new HistoryCommand.After(0, ALL, 10)).last()).isZero();
    publish(3);
    awaitSeen(3);
    disk.full = true;
    publish(2);
    awaitSeen(5);
    assertThat(ask(new HistoryCommand.After(1, Optional.of("api"), 1)).last()).isEqualTo(5);
    await(vertx.undeploy(first));
    disk.full = false;
    deploy();
    assertThat(ask(new HistoryCommand.Latest(ALL, 1)).events())
        .extracting(EventMessage::seq)
        .containsExactly(3L);
    assertThat(ask(new HistoryCommand.Latest(ALL, 1)).last()).isEqualTo(5);
  }

  private boolean isKept(long seq) {
    try {
      return !new RingReader(directory()).after(seq - 1, ALL, 1).events().isEmpty();
    } catch (IOException error) {
      throw new AssertionError(error);
    }
  }

  @Test
  void thousandEventsKeepTheirOrderAndCostFewWrites() {
    deploy();
    publish(1000);
    vertx.eventBus().publish(Addresses.GOD_EVENTS, GodEvents.online("job", "last"));
    awaitSeen(1001);
    assertThat(seen)
        .extracting(EventMessage::seq)
        .isEqualTo(LongStream.rangeClosed(1, 1001).boxed().toList());
    assertThat(seen.subList(0, 3))
        .extracting(EventMessage::reason)
        .containsExactly("event 0", "event 1", "event 2");
    Eventually.await("the events of web", TIMEOUT, () -> seenOfWeb.size() == 1000);
    assertThat(disk.writes.get()).isLessThan(200);
    assertThat(ask(new HistoryCommand.After(0, ALL, 2000)).events()).isEqualTo(seen);
  }

  @Test
  void eventsOfTheDaemonAreNumberedAndPublishedWithTheOthers() {
    deploy();
    publish(1);
    vertx
        .eventBus()
        .publish(
            Addresses.DAEMON_EVENTS,
            new DaemonEvent(DaemonEvent.Kind.HEARTBEAT_MISSED, "late", 400, Instances.NOW));
    awaitSeen(2);
    publish(1);
    awaitSeen(3);
    Eventually.await("the events of web", TIMEOUT, () -> seenOfWeb.size() == 2);
    assertThat(seen).extracting(EventMessage::event).contains("heartbeat_missed");
    assertThat(seen).extracting(EventMessage::seq).containsExactly(1L, 2L, 3L);
    assertThat(ask(new HistoryCommand.Latest(Optional.of(""), 5)).events())
        .isEqualTo(seen.stream().filter(EventMessage::isDaemonEvent).toList())
        .hasSize(1);
  }

  @Test
  void lateQueryReturnsAllEvents() {
    deploy();
    publish(RecentEvents.MOST + 100);
    awaitSeen(RecentEvents.MOST + 100);
    for (long seq :
        new long[] {0, 50, 99, 100, 101, RecentEvents.MOST + 99, RecentEvents.MOST + 100}) {
      HistoryReply reply = ask(new HistoryCommand.After(seq, ALL, 100_000));
      assertThat(reply.events()).as("after " + seq).isEqualTo(seen.subList((int) seq, seen.size()));
      assertThat(reply.forgotten()).isZero();
    }
    assertThat(ask(new HistoryCommand.After(90, ALL, 20)).events())
        .isEqualTo(seen.subList(90, 110));
    assertThat(ask(new HistoryCommand.Latest(ALL, 3)).events())
        .isEqualTo(seen.subList(seen.size() - 3, seen.size()));
    assertThat(ask(new HistoryCommand.Latest(ALL, 600)).events())
        .isEqualTo(seen.subList(12, seen.size()));
    assertThat(ask(new HistoryCommand.Latest(Optional.of("nobody"), 5)).events()).isEmpty();
    assertThat(ask(new HistoryCommand.Latest(ALL, -1)).events()).isEmpty();
    assertThat(ask(new HistoryCommand.After(Long.MAX_VALUE, ALL, 5)).events()).isEmpty();
  }

  @Test
  @Tag("slow")
  void deletedEventsAreCounted() throws Exception {
    deploy();
    publish(10_000);
    awaitSeen(10_000);
    long first = ask(new HistoryCommand.After(0, ALL, 1)).events().getFirst().seq();
    assertThat(first).isGreaterThan(1);
    HistoryReply reply = ask(new HistoryCommand.After(7, Optional.of("web"), 2));
    assertThat(reply.forgotten()).isEqualTo(first - 8);
    assertThat(reply.events()).extracting(EventMessage::seq).containsExactly(first, first + 1);
    assertThat(ask(new HistoryCommand.After(7, Optional.of("nobody"), 2)).forgotten())
        .isEqualTo(first - 8);
    assertThat(Files.exists(directory().resolve("0000000000000001.jsonl"))).isFalse();
  }

  @Test
  void nextDaemonContinuesTheHistory() {
    String first = deploy();
    publish(5);
    awaitSeen(5);
    await(vertx.undeploy(first));
    deploy();
    publish(5);
    awaitSeen(10);
    assertThat(seen)
        .extracting(EventMessage::seq)
        .isEqualTo(LongStream.rangeClosed(1, 10).boxed().toList());
    assertThat(ask(new HistoryCommand.After(3, ALL, 100)).events()).isEqualTo(seen.subList(3, 10));
    assertThat(ask(new HistoryCommand.Latest(ALL, 7)).events()).isEqualTo(seen.subList(3, 10));
  }

  @Test
  void eventsPublishedBeforeTheShutdownAreStored() throws Exception {
    String id = deploy();
    publish(700);
    await(vertx.undeploy(id));
    assertThat(new RingReader(directory()).latest(ALL, 1000)).hasSize(700);
    awaitSeen(700);
  }

  @Test
  void eventsArePublishedOnAFullDisk() {
    deploy();
    publish(3);
    awaitSeen(3);
    disk.full = true;
    publish(3);
    awaitSeen(6);
    assertThat(ask(new HistoryCommand.After(0, ALL, 100)).events()).isEqualTo(seen);
    disk.full = false;
    publish(RecentEvents.MOST + 1);
    awaitSeen(RecentEvents.MOST + 7);
    HistoryReply reply = ask(new HistoryCommand.After(3, ALL, 1));
    assertThat(reply.events().getFirst().seq()).isEqualTo(4 + reply.forgotten());
  }

  @Test
  void eventsArePublishedIfTheDirectoryCannotBeCreated() throws Exception {
    Files.createFile(dir.resolve("file"));
    var verticle = new HistoryVerticle(dir.resolve("file/events"), 1 << 20, "boot");
    await(vertx.deployVerticle(verticle));
    publish(3);
    awaitSeen(3);
    assertThat(ask(new HistoryCommand.Latest(ALL, 10)).events()).isEqualTo(seen);
  }
}
