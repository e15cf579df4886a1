package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.satan.UsageLease;
import io.jpm.console.Instances;
import io.jpm.serve.DisconnectLogFilter;
import io.jpm.testing.Eventually;
import io.jpm.testing.LogLines;
import io.jpm.web.Http.Reply;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the limits of one client, and what is logged about refused clients.
@Timeout(120)
class LimitsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);
  private static final String PING = "/api/v1/session";
  private static final String STREAM = "/api/v1/usage/stream";
  private static final int EVENT_BYTES = 64 << 10;

  @TempDir Path home;
  private final LogLines log = new LogLines("jpm.web");
  private final LogLines network = new LogLines("io.vertx.core.net.impl.VertxConnection");

  @SuppressWarnings("NullAway.Init") // each test starts it with its own limits
  private WebDaemon daemon;

  private int port;

  private void begin(int requestsPerSecond, Duration slowest) throws Exception {
    daemon = new WebDaemon(home, new WebContext.Limits(requestsPerSecond, slowest));
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
    log.close();
    network.close();
  }

  @Test
  void requestsOfATokenAreLimitedPerSecond() throws Exception {
    begin(3, Duration.ofSeconds(30));
    var asked = new AtomicInteger();
    daemon
        .vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.COMMAND,
            message -> {
              asked.incrementAndGet();
              message.reply(new JsonObject().put("v", 1).put("ok", true));
            });
    String stop = "POST /api/v1/instances/web/stop";
    for (int i = 0; i < 3; i++) {
      assertThat(Http.ask(port, stop, "", WebDaemon.OF_WEB).status()).isEqualTo(200);
    }
    for (String request : List.of(stop, "GET " + STREAM, "GET /metrics", "GET /", "GET " + PING)) {
      Reply reply = Http.ask(port, request, "", WebDaemon.OF_WEB);
      assertThat(reply.status()).as(request).isEqualTo(429);
      assertThat(reply.header("retry-after")).contains("1");
      assertThat(reply.json().getString("code")).isEqualTo("busy");
      assertThat(reply.json().getJsonArray("problems").getString(0))
          .contains("web-only", "3 requests per second", "bridge.requests_per_second");
    }
    assertThat(asked).as("refused requests are not executed").hasValue(3);
    assertThat(Http.get(port, PING, WebDaemon.READER).status()).as("another token").isEqualTo(200);
    daemon.nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(334));
    assertThat(Http.get(port, PING, WebDaemon.OF_WEB).status()).isEqualTo(200);
    assertThat(Http.get(port, PING, WebDaemon.OF_WEB).status()).isEqualTo(429);
    assertThat(warnings()).isEmpty();
  }

  @Test
  void ownerAndBrowserSessionsAreNotLimited() throws Exception {
    begin(1, Duration.ofSeconds(30));
    String cookie = daemon.logIn(port);
    for (int i = 0; i < 20; i++) {
      assertThat(Http.get(port, PING, WebDaemon.OWNER).status()).isEqualTo(200);
      assertThat(Http.get(port, PING, cookie).status()).isEqualTo(200);
    }
  }

  @Test
  void unreadStreamIsCutOff() throws Exception {
    begin(200, Duration.ofMillis(800));
    List<UsageLease> wanted = new CopyOnWriteArrayList<>();
    daemon
        .vertx
        .eventBus()
        .<UsageLease>consumer(Addresses.USAGE_LEASES, said -> wanted.add(said.body()));
    try (Http never = stream()) {
      flood(40);
      Eventually.await("the log line", TIMEOUT, () -> !warnings().isEmpty());
      assertThat(warnings())
          .singleElement()
          .asString()
          .startsWith("WARNING 127.0.0.1:")
          .endsWith("cut off: too slow");
      assertThat(never.readToTheEnd())
          .as("bytes that the kernels had buffered")
          .isLessThan(40L * EVENT_BYTES);
    }
    Eventually.await(
        "usage is no longer requested",
        TIMEOUT,
        () -> !wanted.isEmpty() && !wanted.getLast().subscribed());
  }

  @Test
  @Tag("slow")
  void idleAndSlowlyReadStreamsContinue() throws Exception {
    begin(200, Duration.ofSeconds(2));
    try (Http idle = new Http(port);
        Http slow = stream()) {
      idle.send(port, "GET /api/v1/logs/web/stream", "", WebDaemon.OWNER);
      assertThat(idle.head().status()).isEqualTo(200);
      // Each chunk is read a while after the previous one. Together this takes far longer than a
      // client may stall.
      for (int i = 0; i < 20; i++) {
        flood(10);
        var pause = new AtomicInteger();
        daemon.vertx.setTimer(250, _ -> pause.incrementAndGet());
        Eventually.await("the pause is over", TIMEOUT, () -> pause.get() > 0);
        assertThat(slow.chunk()).startsWith("event: usage");
      }
      assertThat(warnings()).isEmpty();
    }
  }

  @Test
  void unreadDownloadIsCutOff() throws Exception {
    DisconnectLogFilter.install();
    begin(200, Duration.ofMillis(800));
    var instance = Instances.online(0, "web");
    Path file = home.resolve("big.log");
    try (var big = new RandomAccessFile(file.toFile(), "rw")) {
      big.setLength(64 << 20);
    }
    daemon
        .vertx
        .eventBus()
        .<GodCommand>consumer(
            Addresses.GOD_COMMAND,
            asked ->
                asked.reply(
                    new GodReply(List.of(Instances.withOutFile(instance, file)), List.of())));
    try (Http never = Http.withSmallReceiveBuffer(port)) {
      never.send(port, "GET /api/v1/logs/web/download", "", WebDaemon.OWNER);
      assertThat(never.head().status()).isEqualTo(200);
      Eventually.await("the log line", TIMEOUT, () -> !warnings().isEmpty());
      assertThat(never.readToTheEnd()).isLessThan(64L << 20);
      daemon.ask(new WebCommand.Close());
      assertThat(network.all()).as("no error is logged for a client that disconnects").isEmpty();
    }
  }

  /// The timeout for slow clients alone would end the connection only after the deadline of the
  /// shutdown.
  @Test
  void closeDoesNotWaitForAClientThatNeverReads() throws Exception {
    begin(200, Duration.ofSeconds(100));
    try (Http never = stream()) {
      flood(40);
      daemon.ask(new WebCommand.Close());
      assertThat(never.readToTheEnd()).isLessThan(40L * EVENT_BYTES);
    }
    port = daemon.port();
    try (Http never = stream()) {
      flood(40);
      daemon.restart();
      assertThat(never.readToTheEnd()).isLessThan(40L * EVENT_BYTES);
    }
  }

  @Test
  void refusalsAreLoggedWithoutWhatTheClientSent() throws Exception {
    begin(200, Duration.ofSeconds(30));
    List<AuditRecord> audited = new CopyOnWriteArrayList<>();
    daemon
        .vertx
        .eventBus()
        .<AuditRecord>consumer(Addresses.AUDIT, told -> audited.add(told.body()));
    String cookie = daemon.logIn(port);
    String stale = "Cookie: jpm_session_%d=hunter2".formatted(port);
    Http.get(port, PING);
    Http.get(port, PING, "Authorization: Bearer hunter2");
    Http.get(port, PING, stale);
    Http.get(port, "/login?code=hunter2");
    Http.get(port, PING, "Host: hunter2.example");
    Http.get(port, PING, "Origin: http://hunter2.example", WebDaemon.OWNER);
    Http.ask(port, "DELETE " + PING, "", cookie);
    Http.get(port, PING, WebDaemon.cookie(cookie), "X-JPM: hunter2");
    Eventually.await("all refusals are logged", TIMEOUT, () -> warnings().size() == 8);
    List<String> reasons =
        List.of(
            "no token",
            "wrong token",
            "the session has ended",
            "its login link is not valid",
            "its Host header names another server",
            "it comes from a page of another origin",
            "its browser did not send it from a page of this server",
            "the session cookie was sent without the page secret (X-JPM header)");
    for (int i = 0; i < reasons.size(); i++) {
      assertThat(warnings().get(i))
          .matches("WARNING 127\\.0\\.0\\.1:[0-9]+ refused: " + Pattern.quote(reasons.get(i)));
    }
    Eventually.await("all refusals are audited", TIMEOUT, () -> audited.size() == 8);
    assertThat(audited).allMatch(it -> it.who().name().equals("?"));
    assertThat(audited.get(1).result()).isEqualTo("refused: wrong token");
  }

  @Test
  void manyRefusalsAreSummarizedInTheLog() throws Exception {
    begin(200, Duration.ofSeconds(30));
    long began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      Http.get(port, PING);
    }
    long seconds = Duration.ofNanos(System.nanoTime() - began).toSeconds() + 1;
    Eventually.await(
        "the other refusals are counted",
        TIMEOUT,
        () ->
            warnings().stream()
                .anyMatch(it ->
                    it.matches(
                        "WARNING [0-9]+ more warnings about peers were not logged: the limit is 10 per second")));
    assertThat(warnings().size())
        .isLessThanOrEqualTo((int) (seconds + 1) * (RefusalLog.LINES_PER_SECOND + 1));
  }

  private List<String> warnings() {
    return log.all().stream().filter(line -> line.startsWith("WARNING ")).toList();
  }

  /// Opens a stream, of which only the head and the first chunk are read.
  private Http stream() throws IOException {
    Http http = Http.withSmallReceiveBuffer(port);
    http.send(port, "GET " + STREAM, "", WebDaemon.OWNER);
    assertThat(http.head().status()).isEqualTo(200);
    assertThat(http.chunk()).isEqualTo(": jpm\n\n");
    return http;
  }

  /// Publishes more than both kernels buffer for a client that does not read.
  private void flood(int events) {
    var body = new JsonObject().put("v", 1).put("x", "x".repeat(EVENT_BYTES));
    for (int i = 0; i < events; i++) {
      daemon.vertx.eventBus().publish(Addresses.USAGE, body);
    }
  }
}
