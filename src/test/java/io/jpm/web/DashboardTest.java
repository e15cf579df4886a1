package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.web.Http.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the files of the dashboard as a browser receives them, and which clients receive none.
@Timeout(60)
class DashboardTest {
  private static final String PAGE = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";
  private static final Path FILES = Path.of("src/main/resources/io/jpm/web/dashboard");

  @TempDir Path home;
  private WebDaemon daemon;
  private int port;
  private String session;
  private String cookie;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    port = daemon.port();
    session = daemon.logIn(port);
    cookie = WebDaemon.cookie(session);
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  /// Returns the paths of all files on the server.
  private static List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(FILES)) {
      return all.filter(Files::isRegularFile)
          .map(file -> "/dashboard/" + FILES.relativize(file))
          .toList();
    }
  }

  private static String type(String file) {
    return switch (file.substring(file.lastIndexOf('.'))) {
      case ".html" -> "text/html; charset=utf-8";
      case ".js" -> "text/javascript; charset=utf-8";
      case ".css" -> "text/css; charset=utf-8";
      case ".svg" -> "image/svg+xml";
      case ".txt" -> "text/plain; charset=utf-8";
      default -> throw new AssertionError("unknown type of file: " + file);
    };
  }

  @Test
  void everyFileHasItsTypeAndARestrictivePolicy() throws Exception {
    assertThat(files()).hasSizeGreaterThan(20);
    for (String file : files()) {
      Reply reply = Http.get(port, file, cookie, "Sec-Fetch-Site: same-origin");
      assertThat(reply.status()).as(file).isEqualTo(200);
      assertThat(reply.header("content-type")).as(file).contains(type(file));
      assertThat(reply.header("x-content-type-options")).contains("nosniff");
      assertThat(reply.header("cache-control")).contains("private, no-cache");
      assertThat(reply.header("content-security-policy").orElseThrow())
          .contains("default-src 'none'", "script-src 'self'", "require-trusted-types-for 'script'")
          .doesNotContain("unsafe", "http:", "https:", "*");
      assertThat(reply.body()).isEqualTo(Files.readString(FILES.resolve(file.substring(11))));
    }
  }

  @Test
  void fileThatTheBrowserHasCachedIsNotSentAgain() throws Exception {
    String tag = Http.get(port, "/dashboard/js/main.js", cookie).header("etag").orElseThrow();
    Reply again = Http.get(port, "/dashboard/js/main.js", cookie, "If-None-Match: " + tag);
    assertThat(again.status()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(Http.get(port, "/dashboard/js/api.js", cookie, "If-None-Match: " + tag).status())
        .isEqualTo(200);
  }

  @Test
  void headRequestReturnsTheHeadersWithoutTheBody() throws Exception {
    try (var http = new Http(port)) {
      http.send(port, "HEAD /dashboard/js/main.js", "", cookie);
      Reply head = http.head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-type")).contains("text/javascript; charset=utf-8");
      http.send(port, "GET /api/v1/session", "", session);
      assertThat(http.reply().json().getString("name"))
          .as("no body was sent in between")
          .isEqualTo("owner");
    }
  }

  @Test
  void otherPathsAreNotFiles() throws Exception {
    for (String path :
        List.of(
            "/dashboard/",
            "/dashboard/js",
            "/dashboard/js/",
            "/dashboard/js/none.js",
            "/dashboard/none.html",
            "/dashboard/index.html/",
            "/dashboard/../web/WebServer.class",
            "/dashboard/..%2f..%2f..%2f..%2flog.properties",
            "/dashboard/%2e%2e/%2e%2e/web/Doorman.class",
            "/dashboard/js/../js/main.js",
            "/dashboard/js/..%5cmain.js",
            "/dashboard//js/main.js",
            "/dashboard/js/main.js%00.svg",
            "/dashboard/%6as/main.js",
            "/dashboard/JS/MAIN.JS",
            "/dashboard/js/a/main.js",
            "/dashboard/META-INF.txt")) {
      Reply reply = Http.get(port, path, session);
      assertThat(reply.status()).as(path).isIn(400, 404);
      assertThat(reply.json().getBoolean("ok")).isFalse();
    }
    assertThat(Http.ask(port, "POST /dashboard/js/main.js", "", session, ownOrigin()).status())
        .isEqualTo(405);
  }

  private String ownOrigin() {
    return "Origin: http://127.0.0.1:" + port;
  }

  @Test
  void browserReceivesThePageAndOtherClientsTheJsonOfPm2() throws Exception {
    Reply page = Http.get(port, "/", cookie, PAGE);
    assertThat(page.header("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.header("vary")).contains("Accept");
    assertThat(page.body()).contains("<main");
    for (String[] headers :
        new String[][] {
          {WebDaemon.OWNER},
          {WebDaemon.OWNER, PAGE},
          {session},
          {session, "Accept: application/json"}
        }) {
      Reply reply = Http.get(port, "/", headers);
      assertThat(reply.header("content-type").orElseThrow())
          .as(String.join(", ", headers))
          .startsWith("application/json");
    }
  }

  @Test
  void unauthenticatedBrowserReceivesOnlyTheLoginHint() throws Exception {
    Reply root = Http.get(port, "/", PAGE);
    assertThat(root.status()).isEqualTo(401);
    assertThat(root.header("content-type")).contains("text/html; charset=utf-8");
    assertThat(root.header("cache-control")).contains("no-store");
    assertThat(root.header("content-security-policy").orElseThrow())
        .startsWith("default-src 'none';");
    assertThat(root.body()).contains("jpm web").doesNotContain("script", "/dashboard", "/api");
    for (String path :
        List.of(
            "/dashboard/js/main.js", "/dashboard/none", "/api/v1/instances", "/metrics", "/x")) {
      Reply reply = Http.get(port, path, PAGE);
      assertThat(reply.status()).as(path).isEqualTo(401);
      assertThat(reply.body()).as(path).isEqualTo(root.body());
      assertThat(Http.get(port, path).json().getString("code")).isEqualTo("unauthenticated");
    }
    assertThat(
            Http.get(port, "/", "Cookie: " + cookie.split("[:=]", 3)[1].strip() + "=wrong", PAGE)
                .status())
        .isEqualTo(401);
    assertThat(Http.ask(port, "POST /", "", PAGE).json().getString("code"))
        .isEqualTo("unauthenticated");
  }

  @Test
  void pageLoadsOnlyItsOwnFiles() throws Exception {
    for (String file : files()) {
      String text = Files.readString(FILES.resolve(file.substring(11)));
      if (!file.contains("/vendor/")) {
        assertThat(text.replace("http://www.w3.org/2000/svg", ""))
            .as(file)
            .doesNotContain("http://", "https://", "innerHTML", "style=\"");
        assertThat(text.lines().count()).as(file).isLessThan(400);
      }
    }
    String page = Files.readString(FILES.resolve("index.html"));
    java.util.regex.Pattern.compile("(?:src|href)=\"(/[^\"]+)\"")
        .matcher(page)
        .results()
        .forEach(found ->
            assertThat(FILES.resolve(found.group(1).substring("/dashboard/".length()))).exists());
  }
}
