package io.jpm.client;

import static io.jpm.testing.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jpm.client.JpmException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests requests of the Java client, and its endpoints.
@Timeout(120)
class JpmClientTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String PONG =
      "{\"v\":1,\"ok\":true,\"version\":\"1.2.3\",\"pid\":7,\"home\":\"/h\",\"since\":1795248000000}";

  @TempDir Path directory;

  private static JpmException failure(JpmClient client, Request<?> request) {
    JpmException failure = catchThrowableOfType(JpmException.class, () -> client.ask(request));
    assertThat(failure).as("failure of " + request).isNotNull();
    return failure;
  }

  private static JpmException unreachable(Endpoint endpoint) {
    JpmException failure =
        catchThrowableOfType(JpmException.class, () -> JpmClient.connect(endpoint).close());
    assertThat(failure).as("failure of " + endpoint).isNotNull();
    assertThat(failure.code()).isEqualTo(Code.UNREACHABLE);
    return failure;
  }

  @Test
  void sendsTheTokenAndARequestToAPort() throws Exception {
    try (FakeDaemon daemon = FakeDaemon.tcp().answering(_ -> PONG);
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      Response.Daemon pong = client.ask(Request.ping());
      assertThat(pong.version()).isEqualTo("1.2.3");
      assertThat(pong.pid()).isEqualTo(7);
      assertThat(pong.since()).isEqualTo("2026-11-21T08:00:00Z");
      assertThat(daemon.tokens()).containsExactly(FakeDaemon.TOKEN);
      assertThat(daemon.requests()).containsExactly(Map.of("v", 1L, "verb", "ping"));
    }
  }

  @Test
  void homeEndpointPrefersTheUnixSocketToThePort() throws Exception {
    Path home = Files.createTempDirectory("jpmc");
    try {
      try (FakeDaemon daemon = FakeDaemon.tcp().answering(_ -> PONG).in(home);
          JpmClient client = JpmClient.connect(Endpoint.home(home))) {
        client.ask(Request.ping());
        assertThat(daemon.tokens()).hasSize(1);
        try (FakeDaemon socket = FakeDaemon.unix(home.resolve("bridge.sock")).answering(_ -> PONG);
            JpmClient second = JpmClient.connect(Endpoint.home(home))) {
          second.ask(Request.ping());
          assertThat(socket.requests()).hasSize(1);
          assertThat(daemon.requests()).hasSize(1);
        }
        try (JpmClient third =
            JpmClient.connect(Endpoint.home(home))) { // the socket's file is stale
          third.ask(Request.ping());
          assertThat(daemon.requests()).hasSize(2);
        }
      }
    } finally {
      for (String file : List.of("bridge.sock", "bridge.port", "token", "jpm.pid")) {
        Files.deleteIfExists(home.resolve(file));
      }
      Files.delete(home);
    }
  }

  @Test
  void connectFailsWithoutADaemon() throws Exception {
    assertThat(unreachable(Endpoint.home(directory)).getMessage())
        .isEqualTo("no daemon is running for the home " + directory + ": start one with jpm ping");
    Endpoint gone;
    try (FakeDaemon daemon = FakeDaemon.tcp()) {
      gone = daemon.endpoint();
    }
    assertThat(unreachable(gone).getMessage())
        .startsWith("cannot connect to the daemon at Tcp[127.0.0.1:")
        .doesNotContain(FakeDaemon.TOKEN);
    unreachable(new Endpoint.UnixSocket(directory.resolve("none")));
    unreachable(new Endpoint.Tcp("no-such-host.invalid", 1, ""));
  }

  @Test
  void wrongTokenIsReported() throws Exception {
    try (FakeDaemon daemon = FakeDaemon.tcp().expecting("another")) {
      assertThat(unreachable(daemon.endpoint()).getMessage()).contains("check the token");
    }
  }

  @Test
  void connectFailsIfTheServerStaysSilent() throws Exception {
    try (FakeDaemon daemon = FakeDaemon.tcp()) {
      daemon.stopAnsweringPings();
      Timeouts little = timeouts(Duration.ofMillis(50), TIMEOUT);
      assertThatThrownBy(() -> JpmClient.connect(daemon.endpoint(), little).close())
          .isInstanceOfSatisfying(
              JpmException.class, why -> assertThat(why.code()).isEqualTo(Code.UNREACHABLE))
          .hasMessage(
              "the daemon accepted the connection, but does not answer (waited 0.05 s): see its log, jpm.log in its home");
    }
  }

  static Timeouts timeouts(Duration connect, Duration silence) {
    return new Timeouts(
        connect, TIMEOUT, TIMEOUT, silence, Duration.ofMillis(1), Duration.ofMillis(20));
  }

  @Test
  void refusalsHaveTheirCodeAndProblems() throws Exception {
    String instance =
        "{\"app\":\"web\",\"id\":3,\"number\":0,\"namespace\":\"default\",\"status\":\"stopped\",\"pid\":null,"
            + "\"restarts\":0,\"unstable_restarts\":0,\"created_at\":1,\"started_at\":null,\"exit_code\":null,"
            + "\"exit_signal\":null,\"reason\":\"\",\"unhealthy\":null,\"out_file\":\"/o\",\"error_file\":\"/e\"}";
    AtomicReference<String> answer = new AtomicReference<>("");
    try (FakeDaemon daemon = FakeDaemon.tcp().answering(_ -> answer.get());
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      for (Code code : Code.values()) {
        answer.set(
            "{\"v\":1,\"ok\":false,\"code\":\"%s\",\"problems\":[\"a\",\"b\"]}"
                .formatted(code.keyword()));
        JpmException failure = failure(client, Request.list());
        assertThat(failure.code()).isEqualTo(code.compareTo(Code.BUSY) <= 0 ? code : Code.OTHER);
        assertThat(failure.problems()).containsExactly("a", "b");
        assertThat(failure).hasMessage("a; b");
      }
      answer.set(
          "{\"v\":1,\"ok\":false,\"code\":\"failed\",\"problems\":[\"a\"],\"instances\":["
              + instance
              + "]}");
      assertThat(failure(client, Request.list()).instances()).hasSize(1);
      answer.set("{\"v\":1,\"ok\":true,\"strange\":1}");
      assertThat(failure(client, Request.list()).code()).isEqualTo(Code.MALFORMED);
      answer.set(PONG);
      assertThat(failure(client, Request.list()).code()).isEqualTo(Code.MALFORMED);
      answer.set("{\"v\":1,\"ok\":true,\"instances\":[{\"app\":\"web\"}]}");
      assertThat(failure(client, Request.list()).getMessage()).contains("\"id\"");
      answer.set("{\"type\":\"err\",\"message\":\"access_denied\"}");
      assertThat(failure(client, Request.list()).code()).isEqualTo(Code.DENIED);
      answer.set("{\"type\":\"err\",\"message\":\"busy\",\"problem\":\"too many\"}");
      assertThat(failure(client, Request.list()))
          .hasMessageContaining("too many")
          .extracting(JpmException::code)
          .isEqualTo(Code.BUSY);
      answer.set(PONG);
      assertThat(client.ask(Request.ping()).pid()).isEqualTo(7);
    }
  }

  @Test
  void slowRequestEndsAtItsDeadlineAndDelaysNoOther() throws Exception {
    try (FakeDaemon daemon =
        FakeDaemon.tcp().answering(body -> "ping".equals(body.get("verb")) ? PONG : null)) {
      JpmClient client = JpmClient.connect(daemon.endpoint());
      CompletableFuture<Response.Instances> slow = client.askAsync(Request.list());
      JpmException late =
          catchThrowableOfType(
              JpmException.class, () -> client.ask(Request.list(), Duration.ofMillis(20)));
      assertThat(late.code()).isEqualTo(Code.TIMEOUT);
      assertThat(client.ask(Request.ping()).pid()).isEqualTo(7);
      assertThat(slow).isNotDone();
      client.close();
      assertThatThrownBy(slow::get)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              JpmException.class, why -> assertThat(why.code()).isEqualTo(Code.CLOSED));
      assertThat(failure(client, Request.ping()).code()).isEqualTo(Code.CLOSED);
      assertThatThrownBy(() -> client.followUsage(_ -> {}))
          .isInstanceOfSatisfying(
              JpmException.class, why -> assertThat(why.code()).isEqualTo(Code.CLOSED));
    }
  }

  @Test
  void interruptedThreadStopsWaitingAndStaysInterrupted() throws Exception {
    try (FakeDaemon daemon = FakeDaemon.tcp().answering(_ -> null);
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      AtomicReference<Object> seen = new AtomicReference<>();
      Thread asking =
          Thread.ofVirtual()
              .start(() -> {
                JpmException why = failure(client, Request.ping());
                seen.set(why.code() + " " + Thread.currentThread().isInterrupted());
              });
      await("the request has arrived", TIMEOUT, () -> daemon.requests().size() == 1);
      asking.interrupt();
      asking.join();
      assertThat(seen.get()).isEqualTo("INTERRUPTED true");
    }
  }

  @Test
  void brokenConnectionFailsPendingRequestsAndIsReopenedByTheNext() throws Exception {
    try (FakeDaemon daemon =
            FakeDaemon.tcp().answering(body -> "ping".equals(body.get("verb")) ? PONG : null);
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      CompletableFuture<?> first = client.askAsync(Request.describe("web"));
      CompletableFuture<?> second = client.askAsync(Request.list());
      await("both requests have arrived", TIMEOUT, () -> daemon.requests().size() == 2);
      daemon.breakConnections();
      for (CompletableFuture<?> lost : List.of(first, second)) {
        assertThatThrownBy(lost::get)
            .cause()
            .isInstanceOfSatisfying(
                JpmException.class, why -> assertThat(why.code()).isEqualTo(Code.LOST));
      }
      assertThat(client.ask(Request.ping()).pid()).isEqualTo(7);
      assertThat(daemon.requests()).as("no request is sent twice").hasSize(3);
    }
  }

  @Test
  void changingRequestIsSentAgainWithItsIdempotencyKey() throws Exception {
    var heard = new AtomicInteger();
    try (FakeDaemon daemon =
            FakeDaemon.tcp()
                .answering(_ ->
                    heard.incrementAndGet() == 1
                        ? null
                        : "{\"v\":1,\"ok\":true,\"instances\":[]}");
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      CompletableFuture<?> saved = client.askAsync(Request.save());
      await("the request has arrived", TIMEOUT, () -> daemon.requests().size() == 1);
      daemon.breakConnections();
      saved.get();
      assertThat(daemon.requests()).hasSize(2);
      assertThat(daemon.requests().getFirst()).isEqualTo(daemon.requests().getLast());
      assertThat(daemon.requests().getFirst().toString()).contains("key");
      client.ask(Request.save());
      assertThat(daemon.requests().getLast()).isNotEqualTo(daemon.requests().getFirst());
    }
  }

  @Test
  void silentDaemonIsDetected() throws Exception {
    try (FakeDaemon daemon = FakeDaemon.tcp().answering(_ -> null);
        JpmClient client =
            JpmClient.connect(daemon.endpoint(), timeouts(TIMEOUT, Duration.ofMillis(150)))) {
      daemon.stopAnsweringPings();
      assertThat(failure(client, Request.list()).code()).isIn(Code.LOST, Code.UNREACHABLE);
    }
  }

  @Test
  void manyThreadsGetTheirOwnAnswers() throws Exception {
    try (FakeDaemon daemon =
            FakeDaemon.tcp()
                .answering(body ->
                    "{\"v\":1,\"ok\":true,\"lines\":[],\"left_out\":%s}"
                        .formatted(body.get("lines")));
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      List<Thread> threads = new ArrayList<>();
      List<Integer> wrong = java.util.Collections.synchronizedList(new ArrayList<>());
      for (int i = 1; i <= 200; i++) {
        int mine = i;
        threads.add(
            Thread.startVirtualThread(() -> {
              if (client.ask(Request.logs(mine, "web")).leftOut() != mine) {
                wrong.add(mine);
              }
            }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(wrong).isEmpty();
      assertThat(daemon.requests()).hasSize(200);
      assertThat(daemon.connections()).isEqualTo(1);
    }
  }

  @Test
  void requestsKeepTheirOrderAndCallbacksCanSendRequests() throws Exception {
    try (FakeDaemon daemon =
            FakeDaemon.tcp()
                .answering(body ->
                    "ping".equals(body.get("verb"))
                        ? PONG
                        : "{\"v\":1,\"ok\":true,\"lines\":[],\"left_out\":0}");
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      List<CompletableFuture<Response.Lines>> all =
          IntStream.rangeClosed(1, 100)
              .mapToObj(lines -> client.askAsync(Request.logs(lines, "web")))
              .toList();
      for (CompletableFuture<Response.Lines> each : all) {
        each.get();
      }
      assertThat(daemon.requests().stream().<Object>map(body -> body.get("lines")).toList())
          .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
      assertThat(
              client
                  .askAsync(Request.ping())
                  .thenApply(_ -> client.ask(Request.ping()).pid())
                  .get())
          .isEqualTo(7);
    }
  }

  @Test
  void longAnswerWithAnyCharactersArrivesCompletely() throws IOException {
    String text = "ä\uD83D\uDE00\"\\\n".repeat(300_000);
    String line =
        "{\"app\":\"a\",\"id\":null,\"stream\":\"out\",\"at\":5,\"text\":"
            + JsonWriter.encode(text)
            + "}";
    try (FakeDaemon daemon =
            FakeDaemon.tcp()
                .answering(_ -> "{\"v\":1,\"ok\":true,\"lines\":[" + line + "],\"left_out\":2}");
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      Response.Lines lines = client.ask(Request.logs(1, "a"));
      assertThat(lines.lines().getFirst().text()).isEqualTo(text);
      assertThat(lines.lines().getFirst().id()).isEmpty();
      assertThat(lines.leftOut()).isEqualTo(2);
    }
  }

  @Test
  void invalidRequestsAreRejectedBeforeTheyAreSent() throws IOException {
    try (FakeDaemon daemon = FakeDaemon.tcp();
        JpmClient client = JpmClient.connect(daemon.endpoint())) {
      assertThatThrownBy(() -> client.ask(Request.sendMessage(new Object(), "web")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("java.lang.Object");
      assertThatThrownBy(() -> Request.stop()).hasMessageContaining("no targets");
      assertThatThrownBy(() -> Apps.of()).hasMessageContaining("no apps");
      assertThatThrownBy(() -> new Endpoint.Tcp("h", 0, "")).hasMessageContaining("port 0");
      assertThat(daemon.requests()).isEmpty();
    }
  }
}
