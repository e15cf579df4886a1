package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Eventually;
import io.jpm.web.Http.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tests how much of a request is read, and from which clients.
@Timeout(60)
class BodiesTest extends ApiHarness {
  private static final String OPERATOR = "Authorization: Bearer operator-secret";
  private static final String ADMIN = "Authorization: Bearer admin-secret";

  private String head(String request, String... headers) {
    return request
        + " HTTP/1.1\r\nHost: 127.0.0.1:"
        + port
        + "\r\n"
        + String.join("\r\n", headers)
        + "\r\n\r\n";
  }

  @Test
  void bodyIsNotReadForAnUnauthorizedClient() throws Exception {
    for (String length : List.of("Content-Length: 1000", "Transfer-Encoding: chunked")) {
      try (var http = new Http(port)) {
        // The answer arrives although no byte of the body is ever sent.
        http.raw(head("POST /api/v1/apply", OPERATOR, JSON, length));
        Reply reply = http.reply();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.json().getJsonArray("problems").getString(0))
            .isEqualTo("apply needs the role admin, but operator has operate");
        assertThat(http.isEnded()).isTrue();
      }
    }
    Eventually.await("the refusals are audited", Duration.ofSeconds(20), () -> audited.size() == 2);
    assertThat(audited.getFirst().result()).startsWith("denied: ");
    assertThat(queries).hasValue(0);
  }

  @Test
  void routeWithoutABodyReadsNone() throws Exception {
    for (String request : List.of("GET /api/v1/session", "DELETE /api/v1/instances/web")) {
      try (var http = new Http(port)) {
        http.raw(head(request, WebDaemon.OWNER, JSON, "Content-Length: 1000"));
        assertThat(http.reply().status()).isEqualTo(400);
        assertThat(http.isEnded()).isTrue();
      }
    }
    for (String request : List.of("POST /nothing", "PUT /api/v1/session")) {
      try (var http = new Http(port)) {
        http.raw(head(request, WebDaemon.OWNER, JSON, "Content-Length: 1000"));
        assertThat(http.reply().status()).isIn(404, 405);
        assertThat(http.isEnded()).isTrue();
      }
    }
  }

  @Test
  void connectionContinuesAfterARefusalWithoutABody() throws Exception {
    try (var http = new Http(port)) {
      for (int i = 0; i < 2; i++) {
        http.send(port, "GET /api/v1/session", "");
        assertThat(http.reply().status()).isEqualTo(401);
        http.send(port, "POST /api/v1/apply", "", OPERATOR);
        assertThat(http.reply().status()).isEqualTo(403);
        http.send(port, "GET /nothing", "", OPERATOR);
        assertThat(http.reply().status()).isEqualTo(404);
        http.send(port, "POST /api/v1/instances/web/restart", "", OPERATOR);
        assertThat(http.reply().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void bodyIsLimitedAlsoInChunks() throws Exception {
    String text = "{\"line\":\"" + "x".repeat(Bodies.MOST_OF_ISSUED) + "\"}";
    String type = "POST /api/v1/instances/web/type";
    try (var http = new Http(port)) {
      // Without the body: the server refuses by the length and closes, so a write may fail.
      http.raw(head(type, OPERATOR, JSON, "Content-Length: " + text.length()));
      Reply whole = http.reply();
      assertThat(whole.status()).isEqualTo(413);
      assertThat(whole.json().getJsonArray("problems").getString(0))
          .isEqualTo("a body must not be larger than 256 KiB");
    }
    try (var http = new Http(port)) {
      http.raw(head(type, OPERATOR, JSON, "Transfer-Encoding: chunked"));
      for (int i = 0; i < 5; i++) {
        http.raw("10000\r\n" + "x".repeat(1 << 16) + "\r\n");
      }
      assertThat(http.reply().status()).isEqualTo(413);
    }
    assertThat(Http.ask(port, type, text, WebDaemon.OWNER, JSON).status()).isNotEqualTo(413);
  }

  @Test
  void jsonOutsideTheBoundsIsRefused() throws Exception {
    String message = "POST /api/v1/instances/web/message";
    for (String value :
        List.of(
            "[".repeat(100) + "]".repeat(100),
            "[" + "[],".repeat(30_000) + "[]]",
            "{\"" + "n".repeat(300) + "\":1}",
            "1} {")) {
      String body = "{\"message\":" + value + "}";
      Reply reply = Http.ask(port, message, body, OPERATOR, JSON);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.json().getJsonArray("problems").getString(0)).startsWith("the body ");
    }
    assertThat(commands).isEmpty();
  }

  @Test
  void bodiesOfTokensLeaveMemoryForTheOwner() throws Exception {
    int each = 250 << 10;
    String piece = "x".repeat(each);
    List<Http> all = new ArrayList<>();
    try {
      // Sends bodies that do not end, until no memory is left for another.
      while (status(ADMIN) == 200) {
        assertThat(all).hasSizeLessThan(60);
        var http = new Http(port);
        all.add(http);
        http.raw(
            head("POST /api/v1/instances/web/type", ADMIN, JSON, "Content-Length: " + (each + 100))
                + piece);
      }
      assertThat(all).hasSizeGreaterThan(20);
      assertThat(status(ADMIN)).isEqualTo(503);
      assertThat(status(WebDaemon.OWNER)).as("bodies of the owner are read").isEqualTo(200);
    } finally {
      for (Http http : all) {
        http.close();
      }
    }
    Eventually.await("memory is free again", Duration.ofSeconds(20), () -> status(ADMIN) == 200);
  }

  private int status(String who) {
    String body = "{\"line\":\"" + "x".repeat(200) + "\"}" + " ".repeat(200 << 10);
    daemon.nanos.addAndGet(1_000_000_000); // keeps the requests within their rate
    try {
      return Http.ask(port, "POST /api/v1/instances/web/type", body, who, JSON).status();
    } catch (java.io.IOException cutOff) {
      return 503; // cut off before everything was sent
    }
  }

  @Test
  void continueIsSentOnlyToAuthorizedClients() throws Exception {
    String body = "{\"line\":\"status\"}";
    String[] headers = {JSON, "Expect: 100-continue", "Content-Length: " + body.length()};
    String type = "POST /api/v1/instances/web/type";
    try (var http = new Http(port)) {
      http.raw(head(type, OPERATOR, headers[0], headers[1], headers[2]));
      assertThat(http.head().status()).isEqualTo(100);
      http.raw(body);
      assertThat(http.reply().status()).isEqualTo(200);
    }
    try (var http = new Http(port)) {
      http.raw(head(type, WebDaemon.READER, headers[0], headers[1], headers[2]));
      assertThat(http.reply().status()).isEqualTo(403);
    }
  }

  @Test
  void wronglyEncodedPathsAndTooManyHeadersAreRefused() throws Exception {
    for (String path :
        List.of(
            "/login?code=%",
            "/login?code=%zz",
            "/login?%",
            "/%",
            "/%2",
            "/%g0",
            "/api/v1/instances/%zz",
            "/api/v1/logs/web/stream?%zz=1",
            "/metrics?pss=%",
            "/healthz?%-1=%-1")) {
      for (String who : List.of("X: y", WebDaemon.OWNER)) {
        assertThat(Http.get(port, path, who).status()).as(path + who).isEqualTo(400);
      }
    }
    assertThat(Http.get(port, "/login?code=%ff%fe").status()).isEqualTo(401);
    assertThat(Http.get(port, "/api/v1/instances/%ff%00", WebDaemon.OWNER).status()).isIn(400, 404);
    String[] many = new String[200];
    java.util.Arrays.setAll(many, i -> "X-" + i + ": y");
    assertThat(Http.get(port, "/healthz", many).status()).isEqualTo(431);
  }
}
