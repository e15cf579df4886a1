package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.bus.satan.UsageLease;
import io.jpm.console.Instances;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.web.Http.Reply;
import io.jpm.wire.EventMessage;
import io.jpm.wire.LinesMessage;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests streams and log files over real sockets, with fakes of the other verticles.
@Timeout(60)
class LiveRoutesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir Path home;
  private final List<EventMessage> kept = new CopyOnWriteArrayList<>();
  private final List<LineLease> lineLeases = new CopyOnWriteArrayList<>();
  private final List<UsageLease> usageDemands = new CopyOnWriteArrayList<>();
  private volatile List<InstanceView> instances = List.of();
  private WebDaemon daemon;
  private int port;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    var bus = daemon.vertx.eventBus();
    bus.<JsonObject>consumer(Addresses.COMMAND, this::events);
    bus.<LineLease>consumer(Addresses.LINE_LEASES, said -> lineLeases.add(said.body()));
    bus.<UsageLease>consumer(Addresses.USAGE_LEASES, said -> usageDemands.add(said.body()));
    bus.<GodCommand>consumer(
        Addresses.GOD_COMMAND, asked -> asked.reply(new GodReply(instances, List.of())));
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  private void events(Message<JsonObject> asked) {
    long after = asked.body().getLong("after");
    var found = new JsonArray();
    kept.stream()
        .filter(event -> event.seq() > after)
        .limit(asked.body().getInteger("limit"))
        .forEach(event -> found.add(event.toJson()));
    asked.reply(
        new JsonObject()
            .put("v", 1)
            .put("ok", true)
            .put("events", found)
            .put("forgotten", after == 1 ? 7 : 0));
  }

  private static EventMessage event(long seq, String app) {
    return new EventMessage(
        seq, "online", app, 0, 7, "online", 0, "", 1, OptionalInt.empty(), Optional.empty());
  }

  private void publish(EventMessage event) {
    kept.add(event);
    daemon.vertx.eventBus().publish(Addresses.EVENTS, event.toJson());
  }

  /// Opens a stream and reads its head.
  private Http stream(String path, String... headers) throws IOException {
    var http = new Http(port);
    http.send(port, "GET " + path, "", headers);
    Reply head = http.head();
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("content-type").orElseThrow()).startsWith("text/event-stream");
    assertThat(http.chunk()).isEqualTo(": jpm\n\n");
    return http;
  }

  private static long id(String chunk) {
    assertThat(chunk).startsWith("id: ").contains("\nevent: event\ndata: {").endsWith("\n\n");
    return Long.parseLong(chunk.lines().findFirst().orElseThrow().substring(4));
  }

  @Test
  void eventStreamContinuesAfterTheLastEventOfTheClient() throws Exception {
    for (long n = 1; n <= 450; n++) {
      kept.add(event(n, "web"));
    }
    try (Http http = stream("/api/v1/events/stream", WebDaemon.OWNER, "Last-Event-ID: 20")) {
      for (long n = 21; n <= 450; n++) {
        assertThat(id(http.chunk())).isEqualTo(n);
      }
      publish(event(451, "web"));
      assertThat(id(http.chunk())).isEqualTo(451);
    }
  }

  @Test
  void deletedEventsAreReported() throws Exception {
    kept.add(event(9, "web"));
    try (Http http = stream("/api/v1/events/stream?after=1", WebDaemon.OWNER)) {
      assertThat(http.chunk()).isEqualTo("event: forgotten\ndata: {\"v\":1,\"events\":7}\n\n");
      assertThat(id(http.chunk())).isEqualTo(9);
    }
  }

  @Test
  void tokenLimitedToAppsReceivesOnlyTheirEvents() throws Exception {
    try (Http http = stream("/api/v1/events/stream", WebDaemon.OF_WEB)) {
      publish(event(1, "api"));
      publish(EventMessage.ofDaemon(2, "stall", 7, "late", 1));
      publish(event(3, "web"));
      assertThat(id(http.chunk())).isEqualTo(3);
    }
  }

  @Test
  void slowClientMissesNoEvent() throws Exception {
    String reason = "x".repeat(4000);
    try (Http http = stream("/api/v1/events/stream", WebDaemon.OWNER)) {
      // More than the server and both sockets buffer.
      for (long n = 1; n <= 5000; n++) {
        publish(
            new EventMessage(
                n,
                "online",
                "web",
                0,
                7,
                "online",
                0,
                reason,
                1,
                OptionalInt.empty(),
                Optional.empty()));
      }
      for (long n = 1; n <= 5000; n++) {
        assertThat(id(http.chunk())).isEqualTo(n);
      }
    }
  }

  @Test
  @Tag("slow")
  void streamEndsAfterItsTokenIsRemoved() throws Exception {
    try (Http http = stream("/api/v1/events/stream", WebDaemon.READER)) {
      daemon.tokens.remove("reader-secret");
      String chunk = http.chunk();
      while (!chunk.isEmpty()) {
        assertThat(chunk).startsWith(":");
        chunk = http.chunk();
      }
    }
  }

  /// The stream does not end at the next keep-alive: that would send a chunk before the end.
  @Test
  void streamEndsAtOnceWhenItsTokenIsRevoked() throws Exception {
    try (Http http = stream("/api/v1/events/stream", WebDaemon.READER);
        Http other = stream("/api/v1/events/stream", WebDaemon.OF_WEB)) {
      daemon.tokens.remove("reader-secret");
      daemon.vertx.eventBus().publish(Addresses.TOKEN_REVOKED, new TokenRevoked("reader"));
      assertThat(http.chunk()).isEmpty();
      assertThat(other.chunk()).as("the other stream continues").startsWith(": still here");
    }
  }

  @Test
  void linesAreRequestedWhileAClientReadsThem() throws Exception {
    String path = "/api/v1/logs/web/stream";
    try (Http http = stream(path, WebDaemon.OF_WEB)) {
      Eventually.await(
          "lines of web are requested",
          TIMEOUT,
          () ->
              !lineLeases.isEmpty() && lineLeases.getLast().apps().equals(java.util.Set.of("web")));
      var line =
          new LinesMessage.Line(0, "out", Instances.NOW, "<script>\u001b[31mred\n", false, false);
      daemon
          .vertx
          .eventBus()
          .publish(Addresses.linesOf("web"), new LinesMessage("web", 1, 0, List.of(line)).toJson());
      String chunk = http.chunk();
      assertThat(chunk).startsWith("event: lines\ndata: {").endsWith("}\n\n");
      assertThat(chunk.strip().lines()).as("a line feed of an app does not end a line").hasSize(2);
      assertThat(new JsonObject(chunk.lines().skip(1).findFirst().orElseThrow().substring(6)))
          .isEqualTo(new LinesMessage("web", 1, 0, List.of(line)).toJson());
      var told =
          daemon
              .vertx
              .eventBus()
              .<FlowControlAck>request(Addresses.WEB_LINES, new FlowControlAck());
      assertThat(told.await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS).body())
          .isEqualTo(new FlowControlAck());
    }
    Eventually.await(
        "no lines are requested", TIMEOUT, () -> lineLeases.getLast().apps().isEmpty());
  }

  @Test
  void usageIsRequestedWhileAClientReadsIt() throws Exception {
    try (Http http = stream("/api/v1/usage/stream", WebDaemon.OF_WEB)) {
      Eventually.await(
          "usage is requested", TIMEOUT, () -> usageDemands.stream().anyMatch(u -> u.subscribed()));
      daemon
          .vertx
          .eventBus()
          .publish(
              Addresses.USAGE,
              new JsonObject(
                  "{\"v\":1,\"at\":1,\"instances\":[{\"app\":\"api\",\"id\":0},{\"app\":\"web\",\"id\":1}]}"));
      assertThat(http.chunk())
          .isEqualTo(
              """
              event: usage
              data: {"v":1,"at":1,"instances":[{"app":"web","id":1}]}

              """);
    }
    Eventually.await(
        "usage is no longer requested", TIMEOUT, () -> !usageDemands.getLast().subscribed());
  }

  @Test
  void numberOfStreamsIsLimited() throws Exception {
    List<Http> all = new ArrayList<>();
    try {
      for (int i = 0; i < LiveRoutes.MAX_STREAMS; i++) {
        all.add(stream("/api/v1/usage/stream", WebDaemon.OWNER));
      }
      assertThat(Http.get(port, "/api/v1/usage/stream", WebDaemon.OWNER).status()).isEqualTo(503);
    } finally {
      for (Http http : all) {
        http.close();
      }
    }
  }

  @Test
  void streamsOfTokensLeaveAReserveForTheOwner() throws Exception {
    List<Http> all = new ArrayList<>();
    try {
      for (int i = 0; i < LiveRoutes.MOST_FEEDS_OF_ISSUED; i++) {
        all.add(stream("/api/v1/usage/stream", WebDaemon.READER));
      }
      assertThat(Http.get(port, "/api/v1/usage/stream", WebDaemon.OF_WEB).status()).isEqualTo(503);
      all.add(stream("/api/v1/usage/stream", WebDaemon.OWNER));
    } finally {
      for (Http http : all) {
        http.close();
      }
    }
  }

  @Test
  void logFileIsSentCompletely() throws Exception {
    instances = List.of(withLog(Instances.online(0, "web"), "a.log"));
    String text = "<script>alert(1)</script>\n".repeat(50_000);
    Files.writeString(home.resolve("a.log"), text);
    Reply reply = Http.get(port, "/api/v1/logs/web/download", WebDaemon.OF_WEB);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type").orElseThrow()).startsWith("text/plain");
    assertThat(reply.header("x-content-type-options")).contains("nosniff");
    assertThat(reply.header("content-disposition")).contains("attachment; filename=\"a.log\"");
    assertThat(reply.body()).isEqualTo(text);
  }

  @Test
  void onlyARegularFileIsSent() throws Exception {
    Path secret = Files.writeString(home.resolve("secret"), "hunter2");
    Files.createSymbolicLink(home.resolve("link.log"), secret);
    instances = List.of(withLog(Instances.online(0, "web"), "link.log"));
    Reply link = Http.get(port, "/api/v1/logs/web/download", WebDaemon.OWNER);
    assertThat(link.status()).isEqualTo(409);
    assertThat(link.body()).contains("not a regular file").doesNotContain("hunter2");
    instances = List.of(withLog(Instances.online(0, "web"), "missing.log"));
    assertThat(Http.get(port, "/api/v1/logs/web/download", WebDaemon.OWNER).body())
        .contains("it does not exist yet");
  }

  @Test
  void oneOfSeveralLogFilesMustBeNamed() throws Exception {
    Files.writeString(home.resolve("0.log"), "zero");
    Files.writeString(home.resolve("1.log"), "");
    instances =
        List.of(
            withLog(Instances.online(0, "web"), "0.log"),
            withLog(Instances.online(1, "web"), "1.log"));
    String path = "/api/v1/logs/web/download";
    Reply which = Http.get(port, path, WebDaemon.OWNER);
    assertThat(which.status()).isEqualTo(400);
    assertThat(which.body()).contains("target=0 or 1");
    assertThat(Http.get(port, path + "?target=0", WebDaemon.OWNER).body()).isEqualTo("zero");
    assertThat(Http.get(port, path + "?target=1", WebDaemon.OWNER).body()).isEmpty();
    assertThat(Http.get(port, path + "?target=2", WebDaemon.OWNER).status()).isEqualTo(404);
  }

  @Test
  void ticketIsValidForOneDownloadAndExpires() throws Exception {
    instances = List.of(withLog(Instances.online(0, "web"), "a.log"));
    Files.writeString(home.resolve("a.log"), "of web\n");
    String ticket = ticket("web");
    Reply first = Http.get(port, ticket);
    assertThat(first.body()).isEqualTo("of web\n");
    assertThat(first.header("content-disposition")).contains("attachment; filename=\"a.log\"");
    assertThat(Http.get(port, ticket).status()).as("a ticket is valid once").isEqualTo(401);
    String late = ticket("web");
    daemon.nanos.addAndGet(Tickets.LASTING.toNanos());
    assertThat(Http.get(port, late).status()).as("the ticket has expired").isEqualTo(401);
    assertThat(Http.get(port, Tickets.BASE + "0123").status()).isEqualTo(401);
    String oldest = ticket("web");
    for (int i = 0; i < Tickets.MOST_OF_ONE; i++) {
      assertThat(ticket("web")).isNotEqualTo(oldest);
    }
    assertThat(Http.get(port, oldest).status()).as("newer tickets have replaced it").isEqualTo(401);
    Reply other = askForTicket("api", "{}", WebDaemon.OF_WEB);
    assertThat(other.status()).isEqualTo(404);
    for (String wrong : List.of("{\"stream\":\"in\"}", "{\"stream\":1}", "{\"target\":1}")) {
      assertThat(askForTicket("web", wrong, WebDaemon.OWNER).status()).isEqualTo(400);
    }
  }

  @Test
  void aTicketEndsWithTheSession() throws Exception {
    instances = List.of(withLog(Instances.online(0, "web"), "a.log"));
    Files.writeString(home.resolve("a.log"), "of web\n");
    String session = daemon.logIn(port);
    String own = "Origin: http://127.0.0.1:" + port;
    Reply asked = Http.ask(port, "POST /api/v1/logs/web/ticket", "", session, own);
    assertThat(asked.status()).isEqualTo(200);
    assertThat(Http.ask(port, "DELETE /api/v1/session", "", session, own).status()).isEqualTo(200);
    assertThat(Http.get(port, asked.json().getString("path")).status()).isEqualTo(401);
  }

  @Test
  void aTicketEndsWithTheToken() throws Exception {
    instances = List.of(withLog(Instances.online(0, "web"), "a.log"));
    Files.writeString(home.resolve("a.log"), "of web\n");
    String ticket = ticket("web");
    daemon.vertx.eventBus().publish(Addresses.TOKEN_REVOKED, new TokenRevoked("web-only"));
    assertThat(Http.get(port, ticket).status()).isEqualTo(401);
  }

  @Test
  void logoutWithATokenEndsNoSession() throws Exception {
    String session = daemon.logIn(port);
    String own = "Origin: http://127.0.0.1:" + port;
    String cookie = WebDaemon.cookie(session);
    Reply reply = Http.ask(port, "DELETE /api/v1/session", "", WebDaemon.READER, cookie);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(Http.ask(port, "GET /api/v1/session", "", session, own).status()).isEqualTo(200);
  }

  private String ticket(String app) throws Exception {
    Reply reply = askForTicket(app, "{\"stream\":\"out\"}", WebDaemon.OF_WEB);
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    return reply.json().getString("path");
  }

  private Reply askForTicket(String app, String body, String who) throws Exception {
    return Http.ask(
        port, "POST /api/v1/logs/" + app + "/ticket", body, who, "Content-Type: application/json");
  }

  /// Returns the instance with its log in the home.
  private InstanceView withLog(InstanceView it, String file) {
    return Instances.withOutFile(it, home.resolve(file));
  }
}
