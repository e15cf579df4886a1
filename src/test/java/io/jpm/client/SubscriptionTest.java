package io.jpm.client;

import static io.jpm.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jpm.client.JpmException.Code;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the subscriptions of the Java client, and how they resume.
@Timeout(120)
class SubscriptionTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Timeouts QUICK = JpmClientTest.timeouts(TIMEOUT, TIMEOUT);

  @TempDir Path directory;

  /// The history of a daemon: a subscriber after number N receives the events that follow, as from
  /// the real one.
  private static final class History {
    private final List<String> events = new CopyOnWriteArrayList<>();

    void add(FakeDaemon daemon, long... numbers) {
      for (long number : numbers) {
        synchronized (daemon) {
          events.add(event(number));
          daemon.publish("jpm.events", event(number));
        }
      }
    }

    /// Sends one event more than requested, which a daemon must not do, because the client must
    /// deliver each only once.
    void replay(FakeDaemon.Peer peer, Map<?, ?> register) throws IOException {
      long after = after(register);
      for (String event : events) {
        if (number(event) >= after) {
          peer.send(FakeDaemon.message("jpm.events", event));
        }
      }
    }

    private static long number(String event) {
      return Long.parseLong(event.replaceAll(".*\"seq\":(\\d+).*", "$1"));
    }
  }

  private static String event(long seq) {
    return "{\"v\":1,\"seq\":%d,\"event\":\"online\",\"app\":\"web\",\"id\":0,\"pid\":5,\"status\":\"online\",\"restarts\":0,\"reason\":\"r\",\"at\":9}"
        .formatted(seq);
  }

  private static long after(Map<?, ?> register) {
    return register.get("headers") instanceof Map<?, ?> headers
            && headers.get("after") instanceof String number
        ? Long.parseLong(number)
        : -1;
  }

  private static List<Long> afters(FakeDaemon daemon) {
    return daemon.registrations().stream().map(SubscriptionTest::after).toList();
  }

  /// Records everything that it receives.
  private static class RecordingFollower implements EventFollower {
    final List<Object> received = new CopyOnWriteArrayList<>();

    @Override
    public void take(Event event) {
      received.add(event.seq());
    }

    @Override
    public void missed(GapReason gapReason) {
      received.add(gapReason);
    }

    @Override
    public void interrupted(JpmException why) {
      received.add("interrupted");
    }

    @Override
    public void resumed() {
      received.add("resumed");
    }

    @Override
    public void ended(JpmException why) {
      received.add("ended: " + why.code());
    }

    List<Long> numbers() {
      return received.stream().filter(Long.class::isInstance).map(Long.class::cast).toList();
    }
  }

  @Test
  void eventsArriveOnceAndInOrderAcrossLostConnections() throws Exception {
    History history = new History();
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp().greeting(history::replay);
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      history.add(daemon, 1, 2, 3);
      client.followEvents(1, recordingFollower);
      List<Long> expected = new ArrayList<>(List.of(2L, 3L));
      for (long next = 4; next < 24; next += 2) {
        history.add(daemon, next);
        daemon.breakConnections();
        history.add(daemon, next + 1);
        expected.addAll(List.of(next, next + 1));
        await(
            "all events have arrived",
            TIMEOUT,
            () -> recordingFollower.numbers().equals(expected),
            recordingFollower.received::toString);
      }
      assertThat(afters(daemon)).startsWith(1L).isSorted();
      assertThat(recordingFollower.received).contains("interrupted", "resumed");
    }
  }

  @Test
  void subscriptionWithoutANumberStartsAfterTheLatestEvent() throws Exception {
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon =
            FakeDaemon.tcp()
                .answering(
                    _ -> "{\"v\":1,\"ok\":true,\"events\":[" + event(41) + "],\"forgotten\":0}");
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      client.followEvents(recordingFollower);
      assertThat(afters(daemon)).containsExactly(41L);
      daemon.publish("jpm.events", event(41));
      daemon.publish("jpm.events", event(42));
      await("the event has arrived", TIMEOUT, () -> !recordingFollower.received.isEmpty());
      assertThat(recordingFollower.received).containsExactly(42L);
    }
  }

  @Test
  void gapsAndResetsAreReported() throws Exception {
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      daemon.greeting((peer, register) -> {
        if (after(register) == 4711) {
          peer.send(
              FakeDaemon.message(
                  "jpm.events", "{\"v\":1,\"event\":\"gap\",\"after\":4711,\"forgotten\":120}"));
        } else if (after(register) == 4831) {
          peer.send(FakeDaemon.message("jpm.events", event(4832)));
        } else {
          peer.send(
              FakeDaemon.message(
                  "jpm.events", "{\"v\":1,\"event\":\"reset\",\"after\":4832,\"last\":2}"));
          peer.send(FakeDaemon.message("jpm.events", event(1)));
          peer.send(FakeDaemon.message("jpm.events", event(2)));
        }
      });
      client.followEvents(4711, recordingFollower);
      await("the gap", TIMEOUT, () -> !recordingFollower.received.isEmpty());
      daemon.breakConnections();
      await("the first event", TIMEOUT, () -> recordingFollower.received.contains(4832L));
      daemon.breakConnections();
      await("the other events", TIMEOUT, () -> recordingFollower.received.contains(2L));
      assertThat(recordingFollower.received)
          .filteredOn(it -> !(it instanceof String))
          .containsExactly(
              new GapReason.Forgotten(4711, 120), 4832L, new GapReason.Renumbered(4832, 2), 1L, 2L);
    }
  }

  @Test
  void aNewDaemonOfTheHomeIsFoundByItsNewPortAndToken() throws Exception {
    History history = new History();
    RecordingFollower recordingFollower = new RecordingFollower();
    FakeDaemon first = FakeDaemon.tcp().greeting(history::replay).in(directory);
    try (JpmClient client = JpmClient.connect(new Endpoint.HomePort(directory), QUICK)) {
      client.followEvents(0, recordingFollower);
      history.add(first, 1);
      await("the first event", TIMEOUT, () -> recordingFollower.numbers().equals(List.of(1L)));
      first.close();
      await(
          "the connection is lost",
          TIMEOUT,
          () -> recordingFollower.received.contains("interrupted"));
      String token = "another".repeat(8);
      try (FakeDaemon second =
          FakeDaemon.tcp()
              .expecting(token)
              .greeting(history::replay)
              .answering(_ -> "{\"v\":1,\"ok\":true,\"instances\":[]}")) {
        history.add(second, 2);
        second.in(directory);
        await(
            "the second event", TIMEOUT, () -> recordingFollower.numbers().equals(List.of(1L, 2L)));
        assertThat(recordingFollower.received).containsExactly(1L, "interrupted", "resumed", 2L);
        assertThat(second.tokens()).last().isEqualTo(token);
        assertThat(client.ask(Request.save()).instances()).isEmpty();
        assertThat(second.requests()).hasSize(1);
        assertThat(first.requests()).isEmpty();
      }
    } finally {
      first.close();
    }
  }

  @Test
  void exceptionsOfAFollowerAreIgnored() throws Exception {
    List<Long> told = new CopyOnWriteArrayList<>();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      client.followEvents(
          1,
          event -> {
            told.add(event.seq());
            if (event.seq() % 2 == 0) {
              throw new IllegalStateException("thrown by the test");
            }
            throw new AssertionError("thrown by the test");
          });
      daemon.publish("jpm.events", event(2));
      daemon.publish("jpm.events", "{\"v\":1,\"nothing\":\"that is an event\"}");
      daemon.publish("jpm.events", event(3));
      daemon.publish("jpm.events", event(4));
      await(
          "all events have arrived",
          TIMEOUT,
          () -> told.equals(List.of(2L, 3L, 4L)),
          told::toString);
      assertThat(daemon.registrations()).hasSize(1);
    }
  }

  @Test
  void followerCanSendRequestsAndCloseItsSubscription() throws Exception {
    CompletableFuture<Subscription> mine = new CompletableFuture<>();
    List<Object> told = new CopyOnWriteArrayList<>();
    try (FakeDaemon daemon =
            FakeDaemon.tcp().answering(_ -> "{\"v\":1,\"ok\":true,\"instances\":[]}");
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      mine.complete(
          client.followEvents(
              0,
              event -> {
                told.add(client.ask(Request.list()).instances().size());
                mine.join().close();
                told.add(event.seq());
              }));
      daemon.publish("jpm.events", event(1));
      daemon.publish("jpm.events", event(2));
      await(
          "the connection of the subscription is closed", TIMEOUT, () -> daemon.connections() == 1);
      await("the follower has received the event", TIMEOUT, () -> told.size() >= 2);
      assertThat(told).containsExactly(0, 1L);
    }
  }

  @Test
  void slowFollowerDelaysNeitherRequestsNorOtherFollowers() throws Exception {
    CountDownLatch let = new CountDownLatch(1);
    List<Long> slow = new CopyOnWriteArrayList<>();
    List<Long> quick = new CopyOnWriteArrayList<>();
    try (FakeDaemon daemon =
            FakeDaemon.tcp().answering(_ -> "{\"v\":1,\"ok\":true,\"instances\":[]}");
        JpmClient client =
            JpmClient.connect(
                daemon.endpoint(), JpmClientTest.timeouts(TIMEOUT, Duration.ofMillis(300)))) {
      client.followEvents(
          0,
          event -> {
            try {
              slow.add(
                  let.await(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS) ? event.seq() : -1L);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          });
      client.followEvents(0, event -> quick.add(event.seq()));
      for (long i = 1; i <= 100; i++) {
        daemon.publish("jpm.events", event(i));
      }
      await("the quick follower has all events", TIMEOUT, () -> quick.size() == 100);
      assertThat(client.ask(Request.list()).instances()).isEmpty();
      assertThat(slow).isEmpty();
      let.countDown();
      await("the slow follower has all events", TIMEOUT, () -> slow.size() == 100);
      assertThat(slow).isSorted().isEqualTo(quick);
    }
  }

  @Test
  void deniedSubscriptionIsRefusedAndALaterDenialEndsIt() throws Exception {
    String denied = "{\"type\":\"err\",\"message\":\"access_denied\"}";
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      client.followEvents(1, recordingFollower);
      daemon.greeting((peer, _) -> peer.send(denied));
      JpmException refused =
          catchThrowableOfType(JpmException.class, () -> client.followUsage(_ -> {}));
      assertThat(refused.code()).isEqualTo(Code.DENIED);
      daemon.breakConnections();
      await(
          "the subscription has ended",
          TIMEOUT,
          () -> recordingFollower.received.contains("ended: DENIED"),
          recordingFollower.received::toString);
      assertThat(recordingFollower.received).containsExactly("interrupted", "ended: DENIED");
      await("no connection is left", TIMEOUT, () -> daemon.connections() == 0);
    }
  }

  @Test
  void revokedTokenEndsTheSubscription() throws Exception {
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      client.followEvents(1, recordingFollower);
      daemon.sendToAll("{\"type\":\"err\",\"message\":\"the token is no longer valid\"}");
      await("the subscription has ended", TIMEOUT, () -> !recordingFollower.received.isEmpty());
      assertThat(recordingFollower.received).containsExactly("ended: DENIED");
    }
  }

  @Test
  void aSilentDaemonCountsAsLost() throws Exception {
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client =
            JpmClient.connect(
                daemon.endpoint(), JpmClientTest.timeouts(TIMEOUT, Duration.ofMillis(150)))) {
      client.followEvents(1, recordingFollower);
      daemon.stopAnsweringPings();
      await(
          "the loss is detected",
          TIMEOUT,
          () -> recordingFollower.received.contains("interrupted"));
    }
  }

  @Test
  void linesAndUsageAreDelivered() throws Exception {
    List<LogBatch> printed = new CopyOnWriteArrayList<>();
    List<Usage> used = new CopyOnWriteArrayList<>();
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK)) {
      client.followLines("web", printed::add);
      client.followUsage(used::add);
      daemon.publish(
          "jpm.lines.web",
          "{\"v\":1,\"app\":\"web\",\"first\":8,\"gap\":3,\"lines\":[{\"id\":0,\"stream\":\"err\","
              + "\"at\":\"2026-11-21T11:36:32.120Z\",\"text\":\"no\",\"partial\":true}]}");
      daemon.publish(
          "jpm.usage",
          "{\"v\":1,\"at\":1700000000000,\"system\":{\"cores\":2,\"cpu\":12,\"memory\":8123,"
              + "\"available\":5123,\"load\":0.5},\"instances\":[{\"app\":\"web\",\"id\":0,\"pid\":4711,"
              + "\"cpu\":1.5,\"memory\":52428800,\"processes\":3,\"threads\":12}]}");
      await("lines and usage have arrived", TIMEOUT, () -> printed.size() + used.size() == 2);
      assertThat(printed.getFirst().gap()).isEqualTo(3);
      assertThat(printed.getFirst().lines().getFirst().partial()).isTrue();
      assertThat(used.getFirst().system().orElseThrow().cpu()).isEqualTo(12);
      assertThat(used.getFirst().instances().getFirst().threads()).hasValue(12);
      assertThat(used.getFirst().instances().getFirst().openFiles()).isEmpty();
      assertThat(afters(daemon)).containsOnly(-1L);
    }
  }

  @Test
  void closingTheClientEndsSubscriptionsSilently() throws Exception {
    RecordingFollower recordingFollower = new RecordingFollower();
    try (FakeDaemon daemon = FakeDaemon.tcp()) {
      JpmClient client = JpmClient.connect(daemon.endpoint(), QUICK);
      client.followEvents(1, recordingFollower);
      client.followEventsOf("web", 1, recordingFollower);
      assertThat(daemon.registrations().stream().<Object>map(it -> it.get("address")).toList())
          .containsExactly("jpm.events", "jpm.events.web");
      client.close();
      await("no client is connected", TIMEOUT, () -> daemon.connections() == 0);
      assertThat(recordingFollower.received).isEmpty();
    }
  }

  @Test
  void pausesGrowUpToALimit() {
    Timeouts usual = Timeouts.defaults();
    assertThat(List.of(1, 2, 3, 6, 7, 1_000_000).stream().map(n -> usual.pause(n).toMillis()))
        .containsExactly(100L, 200L, 400L, 3200L, 5000L, 5000L);
  }
}
