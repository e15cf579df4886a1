package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.daemon.WebCommand;
import io.jpm.bus.daemon.WebReply;
import io.jpm.testing.FreePort;
import io.jpm.web.Http.Reply;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WebAccessTest {
  private static final String SESSION = "/api/v1/session";

  @TempDir Path home;
  private WebDaemon daemon;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  @Test
  void serverListensOnlyAfterItIsOpened() throws Exception {
    assertThat(daemon.ask(new WebCommand.GetStatus()))
        .isEqualTo(new WebReply.NotListening(Optional.empty()));
    assertThat(home).isEmptyDirectory();
  }

  @Test
  void nextDaemonListensAgainUntilTheServerIsClosed() throws Exception {
    int port = daemon.port();
    String before = daemon.logIn(port);
    daemon.restart();
    assertThat(daemon.ask(new WebCommand.GetStatus())).isInstanceOf(WebReply.Listening.class);
    int next = daemon.port();
    String there = before.replace("_" + port + "=", "_" + next + "=");
    assertThat(Http.get(next, SESSION, there).status()).as("the session continues").isEqualTo(200);
    daemon.nanos.addAndGet(BrowserSessions.SESSION.toNanos());
    assertThat(Http.get(next, SESSION, there).status())
        .as("the session has expired")
        .isEqualTo(401);
    assertThat(daemon.ask(new WebCommand.Close()))
        .isEqualTo(new WebReply.NotListening(Optional.empty()));
    daemon.restart();
    assertThat(daemon.ask(new WebCommand.GetStatus()))
        .isEqualTo(new WebReply.NotListening(Optional.empty()));
  }

  @Test
  void portInUseIsReportedAndThePreviousPortStaysOpen() throws Exception {
    int port = daemon.port();
    try (var other = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      var taken = OptionalInt.of(other.getLocalPort());
      assertThat(daemon.ask(new WebCommand.Open(Optional.empty(), taken)))
          .isInstanceOfSatisfying(
              WebReply.Failed.class,
              it ->
                  assertThat(it.problem())
                      .contains("127.0.0.1:" + other.getLocalPort(), "free that port")
                      .doesNotContain("\n"));
    }
    assertThat(Http.get(port, "/healthz").status()).isEqualTo(200);
  }

  @Test
  void sessionsEndIfAnotherProcessTakesThePort() throws Exception {
    int port;
    port = FreePort.find();
    var command = new WebCommand.Open(Optional.empty(), OptionalInt.of(port));
    assertThat(daemon.ask(command)).isInstanceOf(WebReply.Listening.class);
    Path file = home.resolve("web-sessions.json");
    var listening = (WebReply.Listening) daemon.ask(command);
    var link = java.net.URI.create(listening.login().orElseThrow());
    String session = Http.get(port, link.getPath() + "?" + link.getQuery()).session();
    assertThat(Http.get(port, SESSION, session).status()).isEqualTo(200);
    io.jpm.testing.Eventually.await(
        "the file of sessions is written", Duration.ofSeconds(20), () -> Files.exists(file));
    daemon.stop();
    try (var _ = new ServerSocket(port, 1, java.net.InetAddress.getLoopbackAddress())) {
      daemon.start();
      assertThat(daemon.ask(new WebCommand.GetStatus()))
          .isInstanceOfSatisfying(
              WebReply.NotListening.class, it -> assertThat(it.problem()).isPresent());
      assertThat(file).doesNotExist();
    }
    assertThat(daemon.ask(command)).isInstanceOf(WebReply.Listening.class);
    assertThat(Http.get(port, SESSION, session).status()).isEqualTo(401);
  }

  @Test
  void onlyLoopbackAddressesAreAllowed() throws Exception {
    assertThat(daemon.ask(new WebCommand.Open(Optional.of("0.0.0.0"), OptionalInt.empty())))
        .isInstanceOfSatisfying(
            WebReply.Failed.class, it -> assertThat(it.problem()).contains("0.0.0.0", "ssh -L"));
  }

  @Test
  void unauthenticatedClientsReceiveTheSameAnswerForEachPath() throws Exception {
    int port = daemon.port();
    Set<String> told = new HashSet<>();
    List<String> requests =
        List.of(
            "GET /",
            "GET /metrics",
            "GET /api/v1/instances",
            "GET /api/v1/openapi.json",
            "GET /api/v1/events/stream",
            "GET /nothing/here",
            "GET /login",
            "GET /login?code=0123",
            "POST /api/v1/save",
            "DELETE /api/v1/instances/web",
            "PUT /",
            "OPTIONS /api/v1/instances");
    for (String request : requests) {
      Reply reply = Http.ask(port, request, "");
      assertThat(reply.status()).as(request).isEqualTo(401);
      told.add(reply.body());
      assertThat(reply.header("server")).isEmpty();
      assertThat(reply.header("allow")).isEmpty();
      assertThat(reply.header("set-cookie")).isEmpty();
      assertThat(reply.header("access-control-allow-origin")).isEmpty();
    }
    assertThat(told).hasSize(1);
    assertThat(told.iterator().next()).doesNotContain("1.2.3").doesNotContain(home.toString());
  }

  @Test
  void wrongTokenIsAnsweredLikeNoToken() throws Exception {
    int port = daemon.port();
    String none = Http.get(port, SESSION).body();
    for (String wrong :
        List.of(
            "Authorization: Bearer owner-secre",
            "Authorization: Bearer ",
            "Authorization: Bearer " + "x".repeat(5000),
            "Authorization: Basic b3duZXItc2VjcmV0",
            "Cookie: jpm_session_" + port + "=owner-secret")) {
      Reply reply = Http.get(port, SESSION, wrong);
      assertThat(reply.status()).as(wrong).isEqualTo(401);
      assertThat(reply.body()).isEqualTo(none);
    }
  }

  @Test
  void removedTokenIsRefused() throws Exception {
    int port = daemon.port();
    assertThat(Http.get(port, SESSION, WebDaemon.READER).json().getString("name"))
        .isEqualTo("reader");
    daemon.tokens.remove("reader-secret");
    assertThat(Http.get(port, SESSION, WebDaemon.READER).status()).isEqualTo(401);
  }

  @Test
  void tokenIsCheckedAgainAfterADelayedBody() throws Exception {
    List<Object> asked = new CopyOnWriteArrayList<>();
    daemon
        .vertx
        .eventBus()
        .<JsonObject>consumer(
            Addresses.COMMAND,
            command -> {
              asked.add(command.body());
              command.reply(new JsonObject().put("v", 1).put("ok", true));
            });
    int port = daemon.port();
    try (Http http = new Http(port)) {
      http.raw(
          "POST /api/v1/instances/web/stop HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n"
                  .formatted(port, WebDaemon.OF_WEB)
              + "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      assertThat(http.head().status()).isEqualTo(100); // the request is accepted
      daemon.tokens.remove("web-secret");
      http.raw("{}");
      Reply reply = http.reply();
      assertThat(reply.status()).as(reply.body()).isEqualTo(401);
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void healthReportsOnlyWhetherTheDaemonIsHealthy() throws Exception {
    int port = daemon.port();
    assertThat(Http.get(port, "/healthz").body()).isEqualTo("ok\n");
    daemon.missing = 2;
    Reply unwell = Http.get(port, "/healthz");
    assertThat(unwell.status()).isEqualTo(503);
    assertThat(unwell.body()).isEqualTo("unwell\n");
  }

  @Test
  void loginLinkIsValidOnce() throws Exception {
    int port = daemon.port();
    String link = daemon.link();
    Reply first = Http.get(port, link);
    assertThat(first.status()).isEqualTo(303);
    assertThat(first.header("location").orElseThrow()).matches("/#s=[0-9a-f]{64}");
    assertThat(first.header("set-cookie").orElseThrow())
        .containsIgnoringCase("HttpOnly")
        .contains("SameSite=Strict", "Path=/", "Max-Age=43200")
        .doesNotContain("Domain");
    assertThat(first.cookie()).matches("jpm_session_" + port + "=[0-9a-f]{64}");
    assertThat(first.cookie()).doesNotContain(first.header("location").orElseThrow().substring(4));
    assertThat(Http.get(port, SESSION, first.session()).json().getString("name"))
        .isEqualTo("owner");
    Reply second = Http.get(port, link);
    assertThat(second.status()).isEqualTo(401);
    assertThat(second.header("set-cookie")).isEmpty();
  }

  @Test
  void loginLinkExpires() throws Exception {
    int port = daemon.port();
    String link = daemon.link();
    daemon.nanos.addAndGet(BrowserSessions.LINK.toNanos());
    assertThat(Http.get(port, link).status()).isEqualTo(401);
  }

  @Test
  void oldestLoginLinksBecomeInvalidAtTheLimit() throws Exception {
    int port = daemon.port();
    List<String> links = new ArrayList<>();
    for (int i = 0; i <= BrowserSessions.MOST_LINKS; i++) {
      links.add(daemon.link());
    }
    assertThat(Http.get(port, links.getFirst()).status()).isEqualTo(401);
    assertThat(Http.get(port, links.get(1)).status()).isEqualTo(303);
  }

  @Test
  void sessionEndsAtItsTimeoutAndOnLogout() throws Exception {
    int port = daemon.port();
    String one = daemon.logIn(port);
    String other = daemon.logIn(port);
    Reply out = Http.ask(port, "DELETE " + SESSION, "", one, origin(port));
    assertThat(out.status()).isEqualTo(200);
    assertThat(Http.get(port, SESSION, one).status()).isEqualTo(401);
    assertThat(Http.get(port, SESSION, other).status()).isEqualTo(200);
    daemon.nanos.addAndGet(BrowserSessions.SESSION.minus(Duration.ofSeconds(1)).toNanos());
    assertThat(Http.get(port, SESSION, other).status()).isEqualTo(200);
    daemon.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(Http.get(port, SESSION, other).status()).isEqualTo(401);
  }

  @Test
  void oldestSessionsEndAtTheLimit() throws Exception {
    int port = daemon.port();
    String first = daemon.logIn(port);
    String second = daemon.logIn(port);
    for (int i = 0; i < BrowserSessions.MOST_SESSIONS - 1; i++) {
      daemon.logIn(port);
    }
    assertThat(Http.get(port, SESSION, first).status()).isEqualTo(401);
    assertThat(Http.get(port, SESSION, second).status()).isEqualTo(200);
  }

  private static String origin(int port) {
    return "Origin: http://127.0.0.1:" + port;
  }

  @Test
  void requestForAnotherHostIsMisdirected() throws Exception {
    int port = daemon.port();
    for (String host :
        List.of(
            "Host: evil.example:" + port,
            "Host: 127.0.0.1",
            "Host: 127.0.0.1:1",
            "Host: 127.0.0.1:" + port + ".evil.example",
            "Host: 127.0.0.1:" + port + "\r\nHost: evil.example",
            "Host:")) {
      Reply reply = Http.get(port, SESSION, host, WebDaemon.OWNER);
      assertThat(reply.status()).as(host).isIn(421, 400);
      assertThat(reply.body()).doesNotContain("owner");
      assertThat(Http.get(port, "/healthz", host).status()).isIn(421, 400);
    }
    assertThat(Http.get(port, "http://evil.example" + SESSION, WebDaemon.OWNER).status())
        .isEqualTo(421);
    for (String host : List.of("localhost:", "[::1]:")) {
      assertThat(Http.get(port, SESSION, "Host: " + host + port, WebDaemon.OWNER).status())
          .isEqualTo(200);
    }
  }

  @Test
  void aForeignOriginIsRefusedEvenWithTheRightToken() throws Exception {
    int port = daemon.port();
    for (String origin :
        List.of(
            "Origin: http://evil.example",
            "Origin: null",
            "Origin: http://127.0.0.1",
            "Origin: http://127.0.0.1:1",
            "Origin: https://127.0.0.1:" + port,
            "Origin: http://localhost:" + port)) {
      for (String request : List.of("GET " + SESSION, "POST /api/v1/save", "OPTIONS /")) {
        Reply reply = Http.ask(port, request, "", origin, WebDaemon.OWNER);
        assertThat(reply.status()).as(request + " " + origin).isEqualTo(403);
        assertThat(reply.header("access-control-allow-origin")).isEmpty();
      }
    }
    assertThat(Http.get(port, SESSION, origin(port), WebDaemon.OWNER).status()).isEqualTo(200);
  }

  @Test
  void sessionCannotBeUsedForChangesFromAnotherPage() throws Exception {
    int port = daemon.port();
    String session = daemon.logIn(port);
    String delete = "DELETE " + SESSION;
    assertThat(Http.ask(port, delete, "", session).status()).isEqualTo(403);
    assertThat(Http.ask(port, delete, "", session, "Sec-Fetch-Site: same-site").status())
        .isEqualTo(403);
    assertThat(
            Http.ask(port, "POST " + SESSION, "a=b", session, "Content-Type: text/plain").status())
        .isEqualTo(403);
    assertThat(Http.get(port, SESSION, session).status())
        .as("the session continues")
        .isEqualTo(200);
    assertThat(Http.ask(port, delete, "", session, "Sec-Fetch-Site: same-origin").status())
        .isEqualTo(200);
  }

  @Test
  void neitherOfTheTwoSecretsOfASessionIsEnough() throws Exception {
    int port = daemon.port();
    String session = daemon.logIn(port);
    String other = daemon.logIn(port);
    String cookie = WebDaemon.cookie(session);
    String secret = session.lines().toList().get(1);
    for (String headers :
        List.of(
            cookie,
            secret,
            cookie + "\r\nX-JPM: 1",
            cookie + "\r\nX-JPM:",
            cookie + "\r\nX-JPM: " + cookie.substring(cookie.indexOf('=') + 1),
            cookie + "\r\n" + other.lines().toList().get(1),
            WebDaemon.cookie(other) + "\r\n" + secret,
            cookie + "\r\nX-JPM: " + "x".repeat(5000))) {
      Reply reply = Http.get(port, SESSION, headers, "Sec-Fetch-Site: same-origin");
      assertThat(reply.status()).as(headers).isEqualTo(401);
      assertThat(Http.get(port, "/metrics", headers).status()).isEqualTo(401);
      assertThat(Http.get(port, "/", headers).status()).isEqualTo(401);
    }
    assertThat(Http.get(port, SESSION, session).status()).isEqualTo(200);
  }

  @Test
  void secretsAreNotStoredAndSessionsOfEarlierVersionsEnd() throws Exception {
    int port = daemon.port();
    String session = daemon.logIn(port);
    Path file = home.resolve("web-sessions.json");
    io.jpm.testing.Eventually.await(
        "the file of sessions is written", Duration.ofSeconds(20), () -> Files.exists(file));
    daemon.restart();
    String kept = Files.readString(file);
    for (String line : session.lines().toList()) {
      assertThat(kept).doesNotContain(line.substring(line.length() - 64));
    }
    String old = "0123".repeat(16);
    String hash =
        java.util.HexFormat.of()
            .formatHex(
                java.security.MessageDigest.getInstance("SHA-256")
                    .digest(old.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    Files.writeString(file, "{\"" + hash + "\":" + Long.MAX_VALUE / 2_000_000 + "}");
    daemon.restart();
    int next = daemon.port();
    String cookie = "Cookie: jpm_session_" + next + "=" + old;
    assertThat(Http.get(next, SESSION, cookie, "X-JPM: 1").status()).isEqualTo(401);
    assertThat(Http.get(next, "/", cookie, "Accept: text/html").status()).isEqualTo(401);
  }

  @Test
  void pageOfAnotherPortCannotReadWithTheCookie() throws Exception {
    int port = daemon.port();
    String cookie = daemon.logIn(port);
    for (String site : List.of("same-site", "cross-site")) {
      assertThat(Http.get(port, SESSION, cookie, "Sec-Fetch-Site: " + site).status())
          .isEqualTo(403);
    }
    assertThat(Http.get(port, SESSION, cookie, "Sec-Fetch-Site: none").status()).isEqualTo(200);
  }

  @Test
  void answersHaveSecurityHeaders() throws Exception {
    int port = daemon.port();
    for (Reply reply :
        List.of(
            Http.get(port, SESSION, WebDaemon.OWNER),
            Http.get(port, SESSION),
            Http.get(port, "/healthz"),
            Http.get(port, "/nothing", WebDaemon.OWNER))) {
      assertThat(reply.header("cache-control")).contains("no-store");
      assertThat(reply.header("x-content-type-options")).contains("nosniff");
      assertThat(reply.header("referrer-policy")).contains("no-referrer");
      assertThat(reply.header("content-security-policy").orElseThrow())
          .contains("default-src 'none'", "frame-ancestors 'none'");
    }
  }

  @Test
  void authenticatedClientReceives404And405() throws Exception {
    int port = daemon.port();
    assertThat(Http.get(port, "/nothing", WebDaemon.OWNER).status()).isEqualTo(404);
    assertThat(Http.ask(port, "PUT " + SESSION, "", WebDaemon.OWNER).status()).isEqualTo(405);
  }

  @Test
  void headsAndBodiesAreBounded() throws Exception {
    int port = daemon.port();
    assertThat(Http.get(port, "/healthz", "X: " + "x".repeat(20_000)).status()).isEqualTo(431);
    assertThat(Http.get(port, "/" + "x".repeat(8_000)).status()).isEqualTo(414);
    String big = "x".repeat(Bodies.MOST_OF_OWNER + 1);
    try (var http = new Http(port)) {
      http.raw(
          "POST /api/v1/save HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\nContent-Length: %d\r\n\r\n"
              .formatted(port, WebDaemon.OWNER, big.length()));
      assertThat(http.reply().status()).isEqualTo(413);
    }
    try (var http = new Http(port)) {
      http.raw(
          "POST /api/v1/save HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: %d\r\n\r\n"
              .formatted(port, big.length()));
      assertThat(http.reply().status()).as("not read without a token").isEqualTo(401);
      assertThat(http.isEnded()).isTrue();
    }
  }

  @Test
  void thousandUnfinishedRequestsDoNotBlockOthers() throws Exception {
    int port = daemon.port();
    List<Http> all = new ArrayList<>();
    try (var owner = new Http(port)) {
      owner.send(port, "GET " + SESSION, "", WebDaemon.OWNER);
      assertThat(owner.reply().status()).isEqualTo(200);
      for (int i = 0; i < 1000; i++) {
        var http = new Http(port);
        all.add(http);
        http.raw("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nX: ");
        if (i % 100 == 99) {
          assertThat(Http.get(port, "/healthz").status()).isEqualTo(200);
          assertThat(Http.get(port, SESSION, WebDaemon.OWNER).status()).isEqualTo(200);
        }
      }
      for (int i = 0; i < 20; i++) {
        assertThat(Http.get(port, "/healthz").body()).isEqualTo("ok\n");
      }
      assertThat(all.getFirst().isEnded()).as("the oldest connection is closed").isTrue();
      owner.send(port, "GET " + SESSION, "", WebDaemon.OWNER);
      assertThat(owner.reply().status())
          .as("an authenticated connection stays open")
          .isEqualTo(200);
    } finally {
      for (Http http : all) {
        http.close();
      }
    }
  }

  @Test
  void connectionsOfTokensLeaveAReserveForTheOwner() throws Exception {
    int port = daemon.port();
    List<Http> all = new ArrayList<>();
    int refused = 0;
    try {
      for (int i = 0; i < WebServer.MOST_CONNECTIONS; i++) {
        var http = new Http(port);
        all.add(http);
        http.send(port, "GET " + SESSION, "", WebDaemon.READER);
        int status = http.reply().status();
        assertThat(status).isIn(200, 503);
        refused += status == 503 ? 1 : 0;
      }
      assertThat(refused).isEqualTo(WebServer.MOST_CONNECTIONS / 4);
      assertThat(Http.get(port, SESSION, WebDaemon.OWNER).status()).isEqualTo(200);
      assertThat(Http.get(port, "/healthz").status()).isEqualTo(200);
    } finally {
      for (Http http : all) {
        http.close();
      }
    }
  }

  @Test
  void fileInTheHomeContainsHostAndPort() throws Exception {
    daemon.port();
    assertThat(Files.readString(home.resolve("web.json"))).contains("\"host\"", "\"port\"");
  }
}
