package io.jpm.god.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.god.instance.AppMessage;
import io.jpm.model.AppName;
import io.jpm.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IpcMessageReaderTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final AppName WEB = new AppName("web");
  private static final AppName API = new AppName("api");

  private final AtomicLong now = new AtomicLong(1);
  private final IpcMessageReader ipcMessageReader = new IpcMessageReader(now::get);
  private final List<Optional<AppMessage>> read = new CopyOnWriteArrayList<>();
  private final AtomicInteger acknowledged = new AtomicInteger();

  @AfterEach
  void close() {
    ipcMessageReader.close();
  }

  private void receive(AppName app, String json) {
    ipcMessageReader.read(
        new IpcMessageReader.Incoming(app, json, acknowledged::incrementAndGet),
        said -> {
          read.add(said.map(IpcHandler.ParsedMessage::message));
          said.ifPresent(it -> it.heard().run());
        });
  }

  private void awaitRead(int count) {
    Eventually.await("messages read", LONG, () -> read.size() == count, () -> read.size());
  }

  @Test
  void messagesAreReadInOrderOnADedicatedThread() {
    var threads = new CopyOnWriteArrayList<String>();
    receive(WEB, "\"ready\"");
    receive(WEB, "{\"a\":[1,2]}");
    ipcMessageReader.execute(() -> threads.add(Thread.currentThread().getName()));
    Eventually.await("the submitted task has run", LONG, () -> threads.size() == 1);
    assertThat(threads).containsExactly("jpm-messages");
    assertThat(read).hasSize(2);
    assertThat(read.getFirst()).contains(new AppMessage.Ready());
    assertThat(read.getLast().orElseThrow()).isInstanceOf(AppMessage.Custom.class);
    assertThat(acknowledged).hasValue(2);
  }

  @Test
  void oversizedOrInvalidMessageIsDroppedAndAcknowledged() {
    receive(WEB, "[".repeat(100) + "]".repeat(100));
    receive(WEB, "[" + "[],".repeat(100_000) + "1]");
    receive(WEB, "{\"" + "n".repeat(5000) + "\":1}");
    receive(WEB, "no json");
    receive(WEB, "null");
    receive(WEB, "1");
    awaitRead(6);
    assertThat(read.subList(0, 5)).allMatch(Optional::isEmpty);
    assertThat(read.get(5)).contains(new AppMessage.Custom(1));
    Eventually.await(
        "all messages are acknowledged", LONG, () -> acknowledged.get() == 6, acknowledged::get);
  }

  @Test
  void oversizedNodeMessageIsDropped() {
    List<Boolean> judged = new CopyOnWriteArrayList<>();
    for (int size : new int[] {10, 300_000}) {
      ipcMessageReader.checkSize(
          new IpcMessageReader.Incoming(
              WEB, "\"" + "x".repeat(size) + "\"", acknowledged::incrementAndGet),
          then -> judged.add(then.isPresent()));
    }
    Eventually.await(
        "both messages are checked", LONG, () -> judged.equals(List.of(true, false)), () -> judged);
  }

  /// The clock of this test stands still, so everything beyond the first seconds' allowance has to
  /// wait.
  @Test
  void appThatSendsTooMuchIsThrottledAndOthersAreNot() {
    String half = "\"" + "x".repeat(512 * 1024) + "\"";
    for (int i = 0; i < 20; i++) {
      receive(WEB, half);
      awaitRead(i + 1); // stays below the limit of unread messages
    }
    assertThat(acknowledged.get())
        .as("messages acknowledged of 10 MiB, 4 MiB of which are free")
        .isBetween(3, 10);
    int before = acknowledged.get();
    receive(API, "1");
    awaitRead(21);
    Eventually.await(
        "the message of the other app is acknowledged",
        LONG,
        () -> acknowledged.get() > before,
        acknowledged::get);
    Eventually.await(
        "all messages are acknowledged", LONG, () -> acknowledged.get() == 21, acknowledged::get);
  }

  @Test
  void unreadMessagesAreBoundedAcrossAllApps() throws Exception {
    var busy = new CountDownLatch(1);
    ipcMessageReader.execute(() -> {
      try {
        busy.await();
      } catch (InterruptedException end) {
        Thread.currentThread().interrupt();
      }
    });
    String whole = "\"" + "x".repeat(1 << 20) + "\"";
    for (int i = 0; i < 12; i++) {
      receive(new AppName("app" + i), whole);
    }
    busy.countDown();
    awaitRead(12);
    assertThat(read.stream().filter(Optional::isPresent)).hasSize(7);
    Eventually.await(
        "all messages are acknowledged", LONG, () -> acknowledged.get() == 12, acknowledged::get);
  }
}
