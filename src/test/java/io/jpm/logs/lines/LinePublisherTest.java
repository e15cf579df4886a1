package io.jpm.logs.lines;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.testing.Eventually;
import io.jpm.testing.Patience;
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
  private static final String ROOM = "some.room";

  private final Vertx vertx = Vertx.vertx();
  private final LineFeed feed = new LineFeed();
  private final Printing web = Printing.of(feed, "web", 0);
  private final List<LinesMessage> seen = new CopyOnWriteArrayList<>();
  private final Queue<Message<FlowControlAck>> asked = new ConcurrentLinkedQueue<>();

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
      return future.await(Patience.seconds(LIMIT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private void answerLater() {
    await(vertx.eventBus().<FlowControlAck>consumer(ROOM, asked::add).completion());
  }

  private void answerAtOnce() {
    await(vertx.eventBus().<FlowControlAck>consumer(ROOM, m -> m.reply(m.body())).completion());
  }

  private void want(String... apps) {
    vertx.eventBus().send(Addresses.LINES_WANTED, new LineLease(ROOM, Set.of(apps)));
    Eventually.await(
        "the lines of the apps are collected", LIMIT, () -> feed.apps().equals(Set.of(apps)));
  }

  private long told() {
    return seen.stream().mapToLong(message -> message.gap() + message.lines().size()).sum();
  }

  @Test
  void linesArePublishedThoughTheyFillNoMessage() {
    start(LineLease.LEASE);
    answerAtOnce();
    want("web");
    web.out("one\ntwo\n");
    Eventually.await("two lines are published", LIMIT, () -> told() == 2);
    assertThat(seen.getFirst().lines().getFirst().text()).isEqualTo("one");
    web.out("three\n");
    Eventually.await("three lines are published", LIMIT, () -> told() == 3);
  }

  @Test
  void whoAsksIsToldThatNothingIsMissedFromNowOn() {
    start(LineLease.LEASE);
    answerAtOnce();
    var wanted = new LineLease(ROOM, Set.of("web"));
    assertThat(await(vertx.eventBus().request(Addresses.LINES_WANTED, wanted)).body())
        .isEqualTo(new FlowControlAck());
    assertThat(feed.apps()).containsExactly("web");
  }

  @Test
  void noMoreIsPublishedBeforeTheListenersHaveWhatThereWas() {
    start(LineLease.LEASE);
    answerLater();
    want("web");
    web.out("x\n".repeat(256));
    Eventually.await("an acknowledgement is requested", LIMIT, () -> !asked.isEmpty());
    web.out("x\n".repeat(100_000));
    web.out("last\n");
    assertThat(told()).isEqualTo(256);
    while (told() < 100_257) {
      Eventually.await("an acknowledgement is requested", LIMIT, () -> !asked.isEmpty());
      asked.remove().reply(new FlowControlAck());
    }
    assertThat(told()).isEqualTo(100_257);
    assertThat(seen.get(1).gap()).isEqualTo(100_001 - AppLines.MAX_LINES);
    assertThat(seen.getLast().lines().getLast().text()).isEqualTo("last");
  }

  @Test
  void aListenerThatIsGoneWithoutAWordIsForgotten() {
    start(Duration.ofHours(1));
    want("web");
    web.out("one\n");
    Eventually.await("no lines are collected", LIMIT, () -> feed.apps().isEmpty());
  }

  @Test
  void aListenerThatIsNotHeardOfAnyMoreIsForgotten() {
    start(Duration.ofMillis(300));
    answerAtOnce();
    vertx.eventBus().send(Addresses.LINES_WANTED, new LineLease(ROOM, Set.of("web")));
    Eventually.await(
        "lines are published",
        LIMIT,
        () -> {
          web.out("one\n");
          return told() > 0;
        });
    Eventually.await("no lines are collected", LIMIT, () -> feed.apps().isEmpty());
  }

  @Test
  void whatTwoRoomsWantIsWantedUntilNeitherDoes() {
    start(LineLease.LEASE);
    answerAtOnce();
    want("web", "api");
    vertx.eventBus().send(Addresses.LINES_WANTED, new LineLease("other", Set.of("web", "job")));
    Eventually.await(
        "the apps of both leases are collected",
        LIMIT,
        () -> feed.apps().equals(Set.of("web", "api", "job")));
    vertx.eventBus().send(Addresses.LINES_WANTED, new LineLease(ROOM, Set.of()));
    Eventually.await(
        "the apps of the other lease are collected",
        LIMIT,
        () -> feed.apps().equals(Set.of("web", "job")));
  }
}
