package io.jpm.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the server over real sockets, with requests that no browser would send.
@Timeout(120)
class SiteServerTest {
  private static final String SECRET = "outside of the site";

  @TempDir Path directory;
  private Path root;
  private final Map<String, String> environment = new HashMap<>();
  private @Nullable SiteServer server;

  /// An answer, with header names in lower case.
  private record Reply(int status, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  @BeforeEach
  void site() throws IOException {
    root = Files.createDirectories(directory.resolve("site"));
    Files.writeString(directory.resolve("secret.txt"), SECRET);
    Files.createDirectories(directory.resolve("site-too"));
    Files.writeString(directory.resolve("site-too/secret.txt"), SECRET);
    Files.writeString(root.resolve("index.html"), "<h1>home</h1>");
    Files.writeString(root.resolve("a.txt"), "0123456789");
    Files.writeString(root.resolve("a b&<c>.txt"), "odd");
    Files.writeString(root.resolve("main.js"), "js");
    Files.writeString(root.resolve("empty.css"), "");
    Files.writeString(root.resolve("README"), "read");
    Files.writeString(root.resolve("x.unknown"), "?");
    Files.writeString(root.resolve(".env"), SECRET);
    Files.createDirectories(root.resolve(".git"));
    Files.writeString(root.resolve(".git/config"), SECRET);
    Files.createDirectories(root.resolve("docs"));
    Files.writeString(root.resolve("docs/index.html"), "docs");
    Files.createDirectories(root.resolve("files/inner"));
    Files.writeString(root.resolve("files/one.txt"), "one");
    Files.writeString(root.resolve("files/.hidden"), SECRET);
    Files.createSymbolicLink(root.resolve("escape.txt"), directory.resolve("secret.txt"));
    Files.createSymbolicLink(root.resolve("escape"), directory);
    Files.createSymbolicLink(root.resolve("relative.txt"), Path.of("../secret.txt"));
    Files.createSymbolicLink(root.resolve("sibling"), directory.resolve("site-too"));
    Files.createSymbolicLink(root.resolve("config.txt"), root.resolve(".git/config"));
    Files.createSymbolicLink(root.resolve("inside.txt"), root.resolve("a.txt"));
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    environment.put("PM2_SERVE_PATH", root.toString());
    environment.put("PM2_SERVE_HOST", "127.0.0.1");
    environment.put("PM2_SERVE_PORT", "0");
  }

  @AfterEach
  void end() {
    if (server != null) {
      await(server.close());
    }
  }

  private static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
    } catch (java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private SiteServer server() throws IOException {
    SiteServer known = server;
    if (known == null) {
      known = await(SiteServer.start(ServeSettings.of(environment, directory)));
      server = known;
    }
    return known;
  }

  private Reply get(String path, String... headers) throws IOException {
    return ask("GET", path, headers);
  }

  private Reply ask(String method, String path, String... headers) throws IOException {
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    return raw(head.append("Connection: close\r\n\r\n").toString());
  }

  private Reply raw(String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server().port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return reply(socket.getInputStream());
    }
  }

  private static Reply reply(InputStream in) throws IOException {
    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    assertThat(end).as("a complete head: %s", text).isPositive();
    String[] lines = text.substring(0, end).split("\r\n", -1);
    Map<String, String> headers = new HashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT), lines[i].substring(colon + 2));
    }
    return new Reply(
        Integer.parseInt(lines[0].split(" ", -1)[1]), headers, text.substring(end + 4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/..",
        "/../",
        "/./../secret.txt",
        "/docs/../../secret.txt",
        "/docs/..",
        "//../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E/secret.txt",
        "/.%2e/secret.txt",
        "/%2e./secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/%2e%2e%2Fsecret.txt",
        "/docs%2f..%2f..%2fsecret.txt",
        "/..\\secret.txt",
        "/..%5csecret.txt",
        "/%2e%2e%5csecret.txt",
        "/docs\\..\\..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/%252e%252e%252fsecret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/%e0%80%ae%e0%80%ae/secret.txt",
        "/..%c0%afsecret.txt",
        "/%c1%9csecret.txt",
        "/%uff0e%uff0e/secret.txt",
        "/%u002e%u002e/secret.txt",
        "/..%00/secret.txt",
        "/secret.txt%00.html",
        "/escape.txt%00.html",
        "/%00",
        "/a.txt%0a",
        "/a.txt%0d%0aX-Evil:%201",
        "/%7f",
        "/%",
        "/%2",
        "/%zz",
        "/%2e%2",
        "/%ff",
        "/%c3",
        "/%2fetc%2fpasswd",
        "//etc/passwd",
        "///etc/passwd",
        "/%2e%2e;/secret.txt",
        "/..;/secret.txt",
        "/.../secret.txt",
        "/....//secret.txt",
        "/escape.txt",
        "/relative.txt",
        "/escape",
        "/escape/",
        "/escape/secret.txt",
        "/escape/site-too/secret.txt",
        "/sibling/secret.txt",
        "/escape/site/../secret.txt",
        "/config.txt",
        "/loop",
        "/loop/a.txt",
        "/.env",
        "/%2eenv",
        "/.git",
        "/.git/",
        "/.git/config",
        "/%2egit/config",
        "/files/.hidden",
        "/files/%2ehidden",
        "/~root/secret.txt",
        "/a.txt/../../secret.txt",
        "/a.txt/",
        "/a.txt/x",
        "/http://x/secret.txt",
        "http://x/../secret.txt",
        "http://x/%2e%2e/secret.txt",
        "file:///etc/passwd",
        "secret.txt",
        "../secret.txt",
        "*",
      })
  void outsideAndHiddenFilesAreNeverSent(String path) throws IOException {
    for (String flag : new String[] {"PM2_SERVE_FTP", "PM2_SERVE_SPA"}) {
      environment.put(flag, "true"); // neither option may give access
      Reply reply = get(path);
      assertThat(reply.body()).doesNotContain(SECRET, "root:", "secret.txt", "X-Evil");
      assertThat(reply.headers()).doesNotContainKey("x-evil");
      assertThat(reply.status()).isIn(200, 400, 403, 404);
      if (reply.status() == 200) {
        assertThat(reply.body()).isIn("<h1>home</h1>", "0123456789"); // of the single-page app
      }
      Reply after = get("/a.txt");
      assertThat(after.body()).isEqualTo("0123456789");
      end();
      server = null;
      environment.remove("PM2_SERVE_FTP");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/../x, 403",
    "/%2e%2e/x, 403",
    "/a%2fb, 403",
    "/a%5cb, 403",
    "/a%00, 403",
    "/%zz, 400",
    "/%c0%ae, 400",
    "/escape.txt, 403",
    "/.env, 404",
    "/.git/config, 404",
    "/config.txt, 404",
    "/missing, 404",
    "/files/, 404",
    "/a.txt/, 404",
  })
  void refusedPathsHaveAFittingStatus(String path, int status) throws IOException {
    assertThat(get(path).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8, <h1>home</h1>",
    "/index.html, text/html; charset=utf-8, <h1>home</h1>",
    "/?a=1, text/html; charset=utf-8, <h1>home</h1>",
    "//, text/html; charset=utf-8, <h1>home</h1>",
    "/docs/, text/html; charset=utf-8, docs",
    "/a.txt?v=2, text/plain; charset=utf-8, 0123456789",
    "/inside.txt, text/plain; charset=utf-8, 0123456789",
    "/a%20b%26%3cc%3e.txt, text/plain; charset=utf-8, odd",
    "/main.js, text/javascript; charset=utf-8, js",
    "/README, text/plain; charset=utf-8, read",
    "/x.unknown, application/octet-stream, ?",
    "/empty.css, text/css; charset=utf-8, ''",
  })
  void filesAreSentWithTheirTypeAndLength(String path, String type, String body)
      throws IOException {
    Reply reply = get(path);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo(body);
    assertThat(reply.header("content-type")).isEqualTo(type);
    assertThat(reply.header("content-length")).isEqualTo(Integer.toString(body.length()));
    assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(reply.headers()).doesNotContainKey("access-control-allow-origin");
    Reply head = ask("HEAD", path);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-length")).isEqualTo(reply.header("content-length"));
    assertThat(head.header("etag")).isEqualTo(reply.header("etag")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-0, 206, 0, bytes 0-0/10",
    "bytes=2-4, 206, 234, bytes 2-4/10",
    "bytes=7-, 206, 789, bytes 7-9/10",
    "bytes=-2, 206, 89, bytes 8-9/10",
    "bytes=-99, 206, 0123456789, bytes 0-9/10",
    "bytes=5-99, 206, 56789, bytes 5-9/10",
    "bytes=10-, 416, '', bytes */10",
    "bytes=-0, 416, '', bytes */10",
    "bytes=4-2, 200, 0123456789, ''",
    "'bytes=0-1,3-4', 200, 0123456789, ''",
    "bytes=-, 200, 0123456789, ''",
    "lines=1-2, 200, 0123456789, ''",
    "bytes=99999999999999999999-, 200, 0123456789, ''",
  })
  void rangeRequestReturnsAPartOfTheFile(String range, int status, String body, String contentRange)
      throws IOException {
    Reply reply = get("/a.txt", "Range: " + range);
    assertThat(reply.status()).isEqualTo(status);
    assertThat(reply.body()).isEqualTo(body);
    assertThat(reply.header("content-range")).isEqualTo(contentRange);
    assertThat(reply.header("content-length")).isEqualTo(Integer.toString(body.length()));
  }

  @Test
  void unchangedFileIsNotSentAgain() throws IOException {
    Reply first = get("/a.txt");
    String etag = first.header("etag");
    String date = first.header("last-modified");
    assertThat(get("/a.txt", "If-None-Match: " + etag).status()).isEqualTo(304);
    assertThat(get("/a.txt", "If-None-Match: \"x\", W/" + etag).status()).isEqualTo(304);
    assertThat(get("/a.txt", "If-None-Match: *").status()).isEqualTo(304);
    assertThat(get("/a.txt", "If-Modified-Since: " + date).status()).isEqualTo(304);
    assertThat(get("/a.txt", "If-None-Match: \"x\"", "If-Modified-Since: " + date).status())
        .isEqualTo(200);
    assertThat(get("/a.txt", "If-Modified-Since: nonsense").status()).isEqualTo(200);
    assertThat(get("/a.txt", "Range: bytes=0-0", "If-Range: " + etag).status()).isEqualTo(206);
    assertThat(get("/a.txt", "Range: bytes=0-0", "If-Range: \"x\"").status()).isEqualTo(200);
    Files.writeString(root.resolve("a.txt"), "changed now");
    Reply changed = get("/a.txt", "If-None-Match: " + etag);
    assertThat(changed.status()).isEqualTo(200);
    assertThat(changed.body()).isEqualTo("changed now");
  }

  @Test
  void notFoundPageOfTheSiteIsUsed() throws IOException {
    assertThat(get("/nothing").body()).isEqualTo("404 Not Found\n");
    Files.writeString(root.resolve("404.html"), "<p>gone</p>");
    Reply reply = get("/nothing", "Range: bytes=0-0");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.body()).isEqualTo("<p>gone</p>");
    assertThat(reply.headers()).doesNotContainKey("etag");
    assertThat(ask("HEAD", "/nothing").status()).isEqualTo(404);
    assertThat(get("/.env").body())
        .as("a hidden file is answered like a missing one")
        .isEqualTo("<p>gone</p>");
  }

  @Test
  void singlePageAppAnswersOnlyForItsPages() throws IOException {
    environment.put("PM2_SERVE_SPA", "true");
    assertThat(get("/users/42").body()).isEqualTo("<h1>home</h1>");
    assertThat(get("/users/42/").body()).isEqualTo("<h1>home</h1>");
    assertThat(get("/users/42").status()).isEqualTo(200);
    assertThat(get("/users/main.js").body()).as("relative to a nested page").isEqualTo("js");
    assertThat(get("/users/other.js").status()).isEqualTo(404);
    assertThat(get("/api/x", "Accept: application/json").status()).isEqualTo(404);
    assertThat(get("/users/.env").status()).isEqualTo(404);
  }

  @Test
  void homepageCanBeConfigured() throws IOException {
    environment.put("PM2_SERVE_HOMEPAGE", "/docs/index.html");
    assertThat(get("/").body()).isEqualTo("docs");
  }

  @Test
  void homepageOutsideTheSiteIsRefused() {
    environment.put("PM2_SERVE_HOMEPAGE", "/../secret.txt");
    assertThatThrownBy(this::server)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PM2_SERVE_HOMEPAGE");
  }

  @Test
  void directoryIsListedIfEnabled() throws IOException {
    environment.put("PM2_SERVE_FTP", "true");
    Files.writeString(root.resolve("files/<script>.txt"), "x");
    Reply moved = get("/files?a=b");
    assertThat(moved.status()).isEqualTo(301);
    assertThat(moved.header("location")).isEqualTo("/files/?a=b");
    assertThat(get("//files").header("location")).isEqualTo("/files/");
    Reply listing = get("/files/");
    assertThat(listing.status()).isEqualTo(200);
    assertThat(listing.body())
        .contains("href=\"./one.txt\"", "href=\"./inner/\"", "&lt;script&gt;.txt")
        .doesNotContain(".hidden", "<script>");
    assertThat(listing.body().indexOf("inner")).isLessThan(listing.body().indexOf("one.txt"));
    assertThat(get("/").body())
        .as("an index takes precedence over a listing")
        .isEqualTo("<h1>home</h1>");
    Files.delete(root.resolve("index.html"));
    assertThat(get("/").body()).contains("a.txt").doesNotContain("escape", "sibling", ".env");
  }

  @Test
  void clientWithoutCredentialsSeesNothing() throws IOException {
    environment.put("PM2_SERVE_BASIC_AUTH", "true");
    environment.put("PM2_SERVE_BASIC_AUTH_USERNAME", "ada");
    environment.put("PM2_SERVE_BASIC_AUTH_PASSWORD", "pä:ss");
    Reply refused = get("/");
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.header("www-authenticate"))
        .startsWith("Basic realm=\"Authentication service\"");
    assertThat(refused.body()).doesNotContain("home");
    for (String wrong : new String[] {"ada:", "ada:pä:sS", "Ada:pä:ss", ":", "ada:pä:ss ", ""}) {
      assertThat(get("/", "Authorization: Basic " + base64(wrong)).status())
          .as(wrong)
          .isEqualTo(401);
    }
    assertThat(get("/", "Authorization: Basic %%%").status()).isEqualTo(401);
    assertThat(get("/", "Authorization: Bearer " + base64("ada:pä:ss")).status()).isEqualTo(401);
    assertThat(get("/", "Authorization: Basic " + base64("ada:pä:ss")).status()).isEqualTo(200);
    assertThat(get("/", "authorization: basic " + base64("ada:pä:ss")).status()).isEqualTo(200);
    assertThat(ask("POST", "/").status())
        .as("authentication is checked before the method")
        .isEqualTo(401);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void incompleteAuthenticationSettingsAreRefused() {
    environment.put("PM2_SERVE_BASIC_AUTH_USERNAME", "ada");
    assertThatThrownBy(this::server).hasMessageContaining("PM2_SERVE_BASIC_AUTH_PASSWORD");
    environment.remove("PM2_SERVE_BASIC_AUTH_USERNAME");
    environment.put("PM2_SERVE_BASIC_AUTH", "true");
    assertThatThrownBy(this::server).hasMessageContaining("is incomplete: set both");
  }

  @Test
  void onlyReadMethodsAreAllowed() throws IOException {
    for (String method : new String[] {"POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"}) {
      Reply reply = ask(method, "/a.txt");
      assertThat(reply.status()).as(method).isEqualTo(405);
      assertThat(reply.header("allow")).isEqualTo("GET, HEAD, OPTIONS");
    }
    assertThat(ask("OPTIONS", "/a.txt").status()).isEqualTo(204);
  }

  @Test
  void corsHeaderIsSentIfEnabled() throws IOException {
    environment.put("PM2_SERVE_CORS", "true");
    assertThat(get("/").header("access-control-allow-origin")).isEqualTo("*");
  }

  @Test
  void dotFilesAreServedIfEnabledButNoOutsideFiles() throws IOException {
    environment.put("PM2_SERVE_DOTFILES", "true");
    assertThat(get("/.env").status()).isEqualTo(200);
    assertThat(get("/../secret.txt").status()).isEqualTo(403);
    assertThat(get("/escape.txt").status()).isEqualTo(403);
  }

  @Test
  void pipeDoesNotBlockTheServer() throws Exception {
    Process made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
    assertThat(made.waitFor(TestDeadline.scaledSeconds(30), TimeUnit.SECONDS)).isTrue();
    assertThat(get("/pipe").status()).isEqualTo(404);
  }

  @Test
  void runningDownloadIsCompletedDuringADrain() throws Exception {
    byte[] large = new byte[32 << 20];
    Files.write(root.resolve("large.bin"), large);
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), server().port())) {
      socket
          .getOutputStream()
          .write("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      int first = in.read();
      assertThat(first).isEqualTo('H');
      var drained = server().drain(Duration.ofSeconds(20));
      long received = 1;
      byte[] buffer = new byte[65_536];
      for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
        received += count;
      }
      assertThat(received).isGreaterThan(large.length);
      await(drained);
    }
  }

  @Test
  void portInUseIsAFailure() throws IOException {
    environment.put("PM2_SERVE_PORT", Integer.toString(server().port()));
    assertThatThrownBy(() -> await(SiteServer.start(ServeSettings.of(environment, directory))))
        .isInstanceOf(java.net.BindException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "-1", "65536", "80a", "999999"})
  void invalidPortIsNamed(String port) {
    environment.put("PM2_SERVE_PORT", port);
    assertThatThrownBy(this::server)
        .hasMessage(
            "PM2_SERVE_PORT=" + port + " is not a port: use 1 to 65535, or 0 for any free port");
  }
}
