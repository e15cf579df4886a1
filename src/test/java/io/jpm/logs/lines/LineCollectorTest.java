package io.jpm.logs.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineCollectorTest {
  private final LineCollector feed = new LineCollector();
  private final PrintingInstance web = PrintingInstance.of(feed, "web", 0);
  private final AtomicInteger someCalls = new AtomicInteger();
  private final AtomicInteger batchCalls = new AtomicInteger();

  private void listenTo(String... apps) {
    feed.collectOnly(Set.of(apps));
    feed.setObserver(
        new LineCollector.Observer() {
          @Override
          public void linesAvailable() {
            someCalls.incrementAndGet();
          }

          @Override
          public void batchAvailable() {
            batchCalls.incrementAndGet();
          }
        });
  }

  private List<LinesMessage> takeAll() {
    List<LinesMessage> all = new ArrayList<>();
    for (LineCollector.Batch round = feed.take(); ; round = feed.take()) {
      all.addAll(round.messages());
      if (!round.left()) {
        return all;
      }
    }
  }

  private static String numbered(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> "line " + i + "\n")
        .collect(Collectors.joining());
  }

  /// Each number occurs once or is in a gap, in order. Returns the last number.
  private static long assertConsecutive(List<LinesMessage> messages) {
    long next = 1;
    for (LinesMessage message : messages) {
      assertThat(message.first()).isEqualTo(next + message.gap());
      next = message.next();
    }
    return next - 1;
  }

  @Test
  void linesOfAnAppWithoutALeaseAreNotKept() {
    web.out(numbered(0, 1000));
    listenTo("api");
    web.out(numbered(0, 1000));
    assertThat(feed.waiting()).isZero();
    assertThat(feed.take().messages()).isEmpty();
    assertThat(someCalls).hasValue(0);
    assertThat(feed.apps()).containsExactly("api");
  }

  @Test
  void linesAreNumberedAcrossInstancesAndStreams() {
    listenTo("web");
    web.out("one\n");
    PrintingInstance.of(feed, "web", 3).error("two\n");
    assertThat(takeAll())
        .containsExactly(
            new LinesMessage(
                "web",
                1,
                0,
                List.of(
                    new Line(0, "out", PrintingInstance.AT, "one", false, false),
                    new Line(3, "err", PrintingInstance.AT, "two", false, false))));
    web.out("three\n");
    assertThat(takeAll()).singleElement().extracting(LinesMessage::first).isEqualTo(3L);
  }

  @Test
  void streamsDoNotEndEachOthersPartialLines() {
    listenTo("web");
    web.out("out… ");
    web.error("error\n");
    web.out("end\n");
    assertThat(takeAll().getFirst().lines())
        .extracting(line -> line.text() + line.partial() + line.continued())
        .containsExactly("out… truefalse", "errorfalsefalse", "endfalsetrue");
  }

  @Test
  void burstOfSomeThousandLinesIsKeptCompletely() {
    listenTo("web");
    web.out(numbered(0, 4000) + "ready\n" + numbered(0, 4000));
    List<LinesMessage> messages = takeAll();
    assertThat(assertConsecutive(messages)).isEqualTo(8001);
    assertThat(messages).allMatch(message -> message.gap() == 0);
    assertThat(messages.stream().flatMap(it -> it.lines().stream()).map(Line::text))
        .hasSize(8001)
        .contains("ready");
  }

  @Test
  void messageContainsAtMostOneBatch() {
    listenTo("web");
    web.out(numbered(0, 600));
    List<LinesMessage> messages = takeAll();
    assertThat(messages).extracting(it -> it.lines().size()).containsExactly(256, 256, 88);
    assertThat(assertConsecutive(messages)).isEqualTo(600);
    web.out(("x".repeat(16_000) + "\n").repeat(10));
    assertThat(takeAll())
        .hasSize(2)
        .allMatch(it -> it.lines().size() * 16_000 <= AppLineQueue.BATCH_SIZE);
  }

  @Test
  void oldestLinesAreDroppedAndCountedWhenNoneAreTaken() {
    listenTo("web");
    web.out(numbered(0, 300));
    assertThat(feed.take().messages().getFirst().lines()).hasSize(256);
    web.out(numbered(300, 50_000));
    List<LinesMessage> messages = takeAll();
    assertThat(messages.getFirst().gap()).isEqualTo(50_000 - 256 - AppLineQueue.MAX_LINES);
    assertThat(messages.getLast().lines().getLast().text()).isEqualTo("line 49999");
    assertThat(messages.stream().mapToLong(it -> it.gap() + it.lines().size()).sum())
        .isEqualTo(50_000 - 256);
    assertThat(feed.waiting()).isZero();
  }

  @Test
  void waitingLinesAreBoundedAcrossAllApps() {
    String[] names = IntStream.range(0, 100).mapToObj(i -> "app" + i).toArray(String[]::new);
    listenTo(names);
    for (String name : names) {
      PrintingInstance.of(feed, name, 1).out(("x".repeat(1000) + "\n").repeat(500));
    }
    assertThat(feed.waiting()).isLessThanOrEqualTo(LineCollector.MAX_SIZE);
    long told =
        takeAll().stream().mapToLong(message -> message.gap() + message.lines().size()).sum();
    assertThat(told).isEqualTo(100 * 500);
    assertThat(feed.waiting()).isZero();
  }

  @Test
  void observerIsNotifiedOnceUntilLinesAreTaken() {
    listenTo("web");
    web.out("one\n");
    web.out("two\n");
    assertThat(someCalls).hasValue(1);
    assertThat(batchCalls).hasValue(0);
    web.out(numbered(0, 600));
    assertThat(batchCalls).hasValue(1);
    takeAll();
    web.out("three\n");
    assertThat(someCalls).hasValue(2);
  }

  @Test
  void linesAreDiscardedWhenTheLeaseEnds() {
    listenTo("web", "api");
    web.out(numbered(0, 600) + "unfinished");
    feed.collectOnly(Set.of("api"));
    assertThat(feed.waiting()).isZero();
    assertThat(takeAll()).isEmpty();
    feed.collectOnly(Set.of("web", "api"));
    web.out("one\n");
    assertThat(takeAll())
        .containsExactly(
            new LinesMessage(
                "web",
                1,
                0,
                List.of(new Line(0, "out", PrintingInstance.AT, "one", false, false))));
  }

  @Test
  void partialLineOfAForgottenInstanceIsDiscarded() {
    listenTo("web");
    web.out("half");
    feed.removeStreams(web.closeCommand());
    web.out("whole\n");
    assertThat(takeAll().getFirst().lines().getLast())
        .isEqualTo(new Line(0, "out", PrintingInstance.AT, "whole", false, false));
  }

  @Test
  void partialLinesOfTwoProcessesOfAnInstanceDoNotMix() {
    listenTo("web");
    PrintingInstance next = PrintingInstance.of(feed, "web", 0, "-next");
    web.out("old ");
    next.out("new\n");
    feed.removeStreams(next.closeCommand());
    web.out("end\n");
    assertThat(takeAll().getFirst().lines())
        .extracting(Line::text, Line::continued)
        .containsExactly(tuple("old ", false), tuple("new", false), tuple("end", true));
  }

  @Test
  void noLineIsLostUncountedBetweenThreads() throws InterruptedException {
    listenTo("web");
    List<Thread> threads = new ArrayList<>();
    for (int id = 0; id < 4; id++) {
      PrintingInstance instance = PrintingInstance.of(feed, "web", id);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 500; i++) {
                  instance.out(numbered(i * 100, i * 100 + 100));
                }
              }));
    }
    List<LinesMessage> messages = new ArrayList<>();
    while (threads.stream().anyMatch(Thread::isAlive)) {
      messages.addAll(feed.take().messages());
    }
    for (Thread thread : threads) {
      thread.join();
    }
    messages.addAll(takeAll());
    assertThat(assertConsecutive(messages)).isEqualTo(4 * 500 * 100);
  }
}
