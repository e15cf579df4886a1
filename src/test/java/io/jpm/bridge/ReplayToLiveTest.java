package io.jpm.bridge;

import static io.jpm.bridge.EventReplayTest.after;
import static io.jpm.bridge.EventReplayTest.awaitPong;
import static io.jpm.bridge.EventReplayTest.numberIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.EventMessage;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the transition from replayed to live events, with a history during whose answer further
/// events are published.
@Timeout(60)
class ReplayToLiveTest {
  private static final String ALL = Addresses.EVENTS;

  @TempDir Path home;

  private final List<HistoryCommand.After> queries = new CopyOnWriteArrayList<>();
  private final CountDownLatch answered = new CountDownLatch(1);

  @Test
  void eventsPublishedDuringTheQueryAreBufferedAndSentOnce() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      // Events 4 and 5 are in the answer and arrive live, too; 6 and 7 arrive only live.
      history(bridge, publishing(bridge, 4, 7), 5);
      peer.write(after(ALL, "2"));
      for (long seq = 3; seq <= 7; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      publish(bridge, 8, 8);
      assertThat(numberIn(peer.read())).isEqualTo(8);
      awaitPong(peer);
      assertThat(queries).hasSize(1);
    }
  }

  @Test
  void historyIsQueriedAgainWhenTheBufferOverflows() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      history(bridge, publishing(bridge, 4, 1000), 5);
      peer.write(after(ALL, "2"));
      for (long seq = 3; seq <= 1000; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      assertThat(queries.get(1).sequence()).isEqualTo(5);
    }
  }

  @Test
  void eventsAreNotSentAfterTheSubscriptionHasEnded() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      var ended = new CountDownLatch(1);
      history(
          bridge,
          () -> {
            await(ended);
            publish(bridge, 4, 7);
          },
          5);
      peer.write(after(ALL, "2"));
      peer.write(Peer.unregister(ALL));
      awaitPong(peer);
      ended.countDown();
      await(answered);
      publish(bridge, 8, 8);
      awaitPong(peer);
      awaitPong(peer);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static Runnable publishing(BridgeHarness bridge, long from, long to) {
    return () -> publish(bridge, from, to);
  }

  private static void publish(BridgeHarness bridge, long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      bridge.vertx.eventBus().publish(ALL, event(seq).toJson());
    }
  }

  /// Answers the first request with the events up to `known`, after `between` has run; later
  /// requests with the events up to 1000.
  private void history(BridgeHarness bridge, Runnable between, long known) {
    BridgeHarness.await(
        bridge
            .vertx
            .eventBus()
            .<HistoryCommand.After>consumer(
                Addresses.HISTORY_COMMAND,
                message -> {
                  queries.add(message.body());
                  if (queries.size() == 1) {
                    Thread.ofPlatform()
                        .start(() -> {
                          between.run();
                          answer(message, known);
                          answered.countDown();
                        });
                  } else {
                    answer(message, 1000);
                  }
                })
            .completion());
  }

  private static void answer(Message<HistoryCommand.After> message, long known) {
    long from = message.body().sequence() + 1;
    List<EventMessage> events =
        LongStream.rangeClosed(from, Math.min(known, from + message.body().limit() - 1))
            .mapToObj(ReplayToLiveTest::event)
            .toList();
    message.reply(new HistoryReply(events, 0, known));
  }

  private static EventMessage event(long seq) {
    return new EventMessage(
        seq, "online", "web", 0, 7, "online", 0, "x", 5, OptionalInt.empty(), Optional.empty());
  }
}
