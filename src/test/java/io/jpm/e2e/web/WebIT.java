package io.jpm.e2e.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.web.Http;
import io.jpm.web.Http.Reply;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `jpm web` of a real daemon.
@Timeout(180)
class WebIT extends EndToEndTestBase {
  private static final Pattern LINK =
      Pattern.compile("http://127\\.0\\.0\\.1:([0-9]+)(/login\\?code=[0-9a-f]{64})");

  private Matcher open(String... options) {
    String[] words = new String[options.length + 1];
    words[0] = "web";
    System.arraycopy(options, 0, words, 1, options.length);
    Matcher link = LINK.matcher(jpm.run(words).ok().out());
    assertThat(link.find()).isTrue();
    return link;
  }

  private String token() throws IOException {
    return "Authorization: Bearer " + Files.readString(jpm.home().resolve("token")).strip();
  }

  @Test
  void appsAreShownAndControlledOverHttp() throws Exception {
    assertThat(jpm.run("web", "status").ok().out()).isEqualTo("off\n");
    String script = "#!/bin/bash\nfor ((n = 1; n <= 30; n++)); do echo line $n; done; sleep 1000\n";
    jpm.run("start", jpm.script("one.sh", script).toString(), "--name", "one").ok();
    Matcher link = open("--port", "0");
    int port = Integer.parseInt(link.group(1));
    Reply login = Http.get(port, link.group(2));
    String cookie = login.session();
    assertThat(Http.get(port, link.group(2)).status()).isEqualTo(401);

    JsonObject list = Http.get(port, "/api/v1/instances", cookie).json();
    assertThat(list.getJsonArray("instances").getJsonObject(0).getString("status"))
        .isEqualTo("online");
    Eventually.await(
        "the log can be downloaded",
        Jpm.LONG,
        () -> get(port, "/api/v1/logs/one/download").body().endsWith("line 30\n"));
    JsonObject pm2 = get(port, "/").json();
    assertThat(pm2.getJsonArray("processes").getJsonObject(0).getInteger("pid"))
        .isEqualTo(jpm.pid("one"));
    assertThat(get(port, "/metrics").body())
        .contains("jpm_instance_up{app=\"one\",id=\"0\",namespace=\"default\"} 1.0")
        .contains("jpm_daemon_heap_used_bytes ");

    try (var events = new Http(port)) {
      events.send(port, "GET /api/v1/events/stream?app=one", "", token());
      assertThat(events.head().status()).isEqualTo(200);
      events.chunk();
      Reply stopped =
          Http.ask(
              port,
              "POST /api/v1/instances/one/stop",
              "",
              cookie,
              "Origin: http://127.0.0.1:" + port);
      assertThat(stopped.status()).as(stopped.body()).isEqualTo(200);
      var told = new StringBuilder();
      while (!told.toString().contains("\"event\":\"stop\"")) {
        String chunk = events.chunk(); // one event or several
        assertThat(chunk).as("the stream continues after %s", told).isNotEmpty();
        told.append(chunk);
      }
      assertThat(told.toString())
          .containsSubsequence(
              "\"event\":\"stopping\"",
              "\"event\":\"exit\"",
              "\"expected\":true",
              "\"event\":\"stop\"");
    }
    assertThat(jpm.status("one")).isEqualTo("stopped");
  }

  /// A browser sends its cookie to an app on another port, and the app forwards it to the daemon.
  @Test
  @Tag("slow")
  void sessionCookieSentToAnAppOnAnotherPortGivesItNoAccess() throws Exception {
    int port;
    String got;
    try (var app = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      Matcher link = open("--port", "0");
      port = Integer.parseInt(link.group(1));
      var cookies = new java.net.CookieManager();
      var browser =
          java.net.http.HttpClient.newBuilder()
              .cookieHandler(cookies)
              .followRedirects(java.net.http.HttpClient.Redirect.NEVER)
              .build();
      assertThat(status(browser, port, link.group(2))).isEqualTo(303);
      var visit =
          browser.sendAsync(
              java.net.http.HttpRequest.newBuilder(
                      java.net.URI.create("http://127.0.0.1:" + app.getLocalPort() + "/"))
                  .build(),
              java.net.http.HttpResponse.BodyHandlers.ofString());
      try (var visited = app.accept()) {
        var head =
            new java.io.BufferedReader(
                new java.io.InputStreamReader(
                    visited.getInputStream(), java.nio.charset.StandardCharsets.ISO_8859_1));
        got =
            head.lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.startsWith("Cookie: jpm_session_"))
                .findFirst()
                .orElseThrow();
        visited
            .getOutputStream()
            .write(
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      }
      visit.join();
    }
    JsonObject paths = get(port, "/api/v1/openapi.json").json().getJsonObject("paths");
    String[] claims = {got, "X-JPM: 1", "Origin: http://127.0.0.1:" + port};
    int asked = 0;
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        String request =
            method.toUpperCase(java.util.Locale.ROOT) + " " + path.replaceAll("\\{[a-z]+}", "all");
        assertThat(Http.ask(port, request, "", claims).status()).as(request).isEqualTo(401);
        asked++;
      }
    }
    assertThat(asked).isGreaterThan(25);
    for (String path : List.of("/metrics", "/")) {
      assertThat(Http.get(port, path, claims).status()).isEqualTo(401);
    }
  }

  private static int status(java.net.http.HttpClient browser, int port, String path)
      throws Exception {
    return browser
        .send(
            java.net.http.HttpRequest.newBuilder(
                    java.net.URI.create("http://127.0.0.1:" + port + path))
                .build(),
            java.net.http.HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  /// Valid requests with random damage, from one seed, as bytes on a socket.
  @Test
  @Tag("slow")
  void malformedRequestsNeitherEndTheDaemonNorCauseErrors() throws Exception {
    int port = Integer.parseInt(open("--port", "0").group(1));
    long pid = jpm.daemonPid();
    String host = "Host: 127.0.0.1:" + port;
    String owner = token();
    List<String> starts =
        List.of(
            "GET /healthz",
            "GET /login?code=%zz",
            "GET /",
            "GET /api/v1/instances/%2Fa%2F",
            "GET /api/v1/events?after=1&limit=2",
            "GET /api/v1/logs/all?limit=1",
            "GET /api/v1/logs/none/download?stream=err",
            "GET /dashboard/js/main.js",
            "GET /metrics?pss=x",
            "GET /download/0123",
            "POST /api/v1/scale",
            "DELETE /api/v1/instances/none",
            "HEAD /",
            "OPTIONS *",
            "CONNECT 127.0.0.1:1",
            "TRACE /",
            "PRI *",
            "GET http://127.0.0.1:" + port + "/healthz",
            "GET //healthz",
            "GET /./../%2e%2e//",
            "GET ?",
            "GET",
            "");
    List<String> heads =
        List.of(
            "Content-Length: -1",
            "Content-Length: 99999999999999999999",
            "Content-Length: 4294967297",
            "Content-Length: 1\r\nContent-Length: 2",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, gzip",
            "Expect: 100-continue",
            "Expect: nothing",
            String.join(
                "\r\n",
                "Upgrade: h2c",
                "Connection: Upgrade, HTTP2-Settings",
                "HTTP2-Settings: AAMAAABkAAQAAP__"),
            String.join(
                "\r\n",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAA"),
            "Range: bytes=-1",
            "Range: bytes=9-1,,-",
            "Last-Event-ID: -1",
            "Last-Event-ID: 99999999999999999999",
            "Cookie: jpm_session_" + port + "=;=;;, \u0001=\u00ff",
            "Origin:",
            "Accept: text/html",
            "Authorization: Bearer",
            "X-JPM: \u00ff",
            "If-None-Match: *",
            " folded: x",
            "no colon",
            ": no name",
            "X: \u0000");
    var random = new java.util.Random(19);
    List<String> tails =
        List.of("", "5\r\nhello\r\n0\r\n\r\n", "-1\r\n", "zz\r\n", "{\"to\":1}", "\u0000");
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder(starts.get(random.nextInt(starts.size())));
      text.append(random.nextInt(20) == 0 ? " HTTP/9.9" : " HTTP/1.1").append("\r\n");
      text.append(random.nextInt(20) == 0 ? "Host:" : host).append("\r\n");
      if (random.nextInt(2) == 0) {
        text.append(owner).append("\r\n");
      }
      for (int n = random.nextInt(3); n >= 0; n--) {
        text.append(heads.get(random.nextInt(heads.size()))).append("\r\n");
      }
      text.append("\r\n").append(tails.get(random.nextInt(tails.size())));
      for (int n = random.nextInt(3); n > 0; n--) {
        text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(256));
      }
      String sent =
          text.substring(0, random.nextInt(4) == 0 ? random.nextInt(text.length()) : text.length());
      try (var http = new Http(port)) {
        http.raw(sent);
        if (i % 10 == 0) {
          http.shutdownOutput();
          http.readToTheEnd();
        }
      } catch (IOException cutOff) {
        // The daemon has closed the connection, which is equally correct.
      }
      if (i % 100 == 0) {
        assertThat(Http.get(port, "/healthz").status()).as(sent).isEqualTo(200);
      }
    }
    assertThat(Http.get(port, "/healthz").status()).isEqualTo(200);
    assertThat(jpm.daemonPid()).isEqualTo(pid);
    assertThat(jpm.daemonLog())
        .filteredOn(line ->
            List.of("Exception", "SEVERE", "ERROR", "\tat ").stream().anyMatch(line::contains))
        .isEmpty();
  }

  private Reply get(int port, String path) {
    try {
      return Http.get(port, path, token());
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }

  @Test
  @Tag("slow")
  void webIsRestoredAfterTheDaemonWasKilledAndOffAfterStop() throws Exception {
    Matcher link = open("--port", "0");
    String cookie = Http.get(Integer.parseInt(link.group(1)), link.group(2)).session();
    jpm.killDaemon();
    jpm.run("ping").ok();
    String url = jpm.run("web", "status").ok().out();
    int port = Integer.parseInt(url.strip().substring(url.strip().lastIndexOf(':') + 1));
    assertThat(Http.get(port, "/api/v1/session", cookie).status()).isEqualTo(401);
    assertThat(get(port, "/api/v1/session").json().getString("name")).isEqualTo("owner");
    jpm.run("web", "stop").ok();
    assertThat(jpm.run("web", "status").ok().out()).isEqualTo("off\n");
    assertThat(Files.exists(jpm.home().resolve("web.json"))).isFalse();
  }

  @Test
  @Tag("slow")
  void portInUseIsReportedInOneLine() throws Exception {
    try (var other = new java.net.ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());
      List<String> said = jpm.run("web", "--port", port).failed().err().lines().toList();
      assertThat(said).hasSize(1);
      assertThat(said.getFirst()).contains("127.0.0.1:" + port, "free that port");
    }
    assertThat(jpm.run("web", "--host", "0.0.0.0").failed().err()).contains("ssh -L");
  }
}
