package io.jpm.e2e.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `jpm serve` and `script: "serve"`, from the command line to the page that a client receives.
@Timeout(600)
class ServeIT {
  private static final String PAGE = "<h1>a page</h1>\n";
  private static final String PASSWORD = "tell-nobody-7261";
  private static final int RELOADS = Integer.getInteger("jpm.reloads", 2);

  private final HttpClient client = HttpClient.newHttpClient();
  private Jpm jpm;
  private Path site;
  private int port;

  /// The response of the server to a GET.
  private record Answer(int status, String body) {}

  @BeforeEach
  void open() throws IOException {
    jpm = new Jpm();
    site = Files.createDirectories(jpm.work().resolve("the site"));
    Files.writeString(site.resolve("index.html"), PAGE);
    Files.createDirectories(site.resolve("docs"));
    Files.writeString(site.resolve("docs/index.html"), "docs");
    Files.writeString(site.resolve("app.js"), "run()");
    port = freePort();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    jpm.close();
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private Answer get(String path, String... headers) {
    try {
      var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
      if (headers.length > 0) {
        request.headers(headers);
      }
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException notYet) {
      return new Answer(0, String.valueOf(notYet));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void awaitPage(String path, int status, String... headers) {
    Eventually.await(
        path + " is answered with " + status,
        Jpm.LONG,
        () -> get(path, headers).status() == status,
        () -> get(path, headers) + " " + log());
  }

  private List<String> log() {
    try {
      return Stream.concat(jpm.log("site-out.log").stream(), jpm.log("site-error.log").stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Jpm.Result serve(String... more) {
    String[] words = {"serve", site.toString(), Integer.toString(port), "--name", "site"};
    return jpm.run(Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new));
  }

  @Test
  @Tag("slow")
  void aDirectoryIsServed() throws IOException {
    assertThat(serve().ok().out()).contains("Serving " + site + " on http://0.0.0.0:" + port);
    assertThat(get("/")).as("after the start").isEqualTo(new Answer(200, PAGE));
    assertThat(get("/")).isEqualTo(new Answer(200, PAGE));
    assertThat(get("/docs/")).isEqualTo(new Answer(200, "docs"));
    assertThat(get("/docs").status()).isEqualTo(301);
    assertThat(get("/nope")).isEqualTo(new Answer(404, "404 Not Found\n"));
    Files.writeString(site.resolve("404.html"), "none here");
    assertThat(get("/nope")).isEqualTo(new Answer(404, "none here"));
    assertThat(get("/..%2fwork").status()).isEqualTo(403);
    assertThat(jpm.app("site").getJsonObject("pm2_env").getString("exec_mode"))
        .isEqualTo("fork_mode");
  }

  @Test
  @Tag("slow")
  void directoryAndPortComeFromTheCallersVariables() {
    jpm.environment("PM2_SERVE_PATH", site.toString());
    jpm.environment("PM2_SERVE_PORT", Integer.toString(port));
    jpm.run("serve").ok();
    awaitPage("/", 200);
    assertThat(jpm.status("static-page-server-" + port)).isEqualTo("online");
  }

  @Test
  @Tag("slow")
  void singlePageAppAnswersUnknownPagesWithItsIndex() {
    serve("--spa").ok();
    awaitPage("/", 200);
    assertThat(get("/users/7", "Accept", "text/html")).isEqualTo(new Answer(200, PAGE));
    assertThat(get("/users/app.js")).isEqualTo(new Answer(200, "run()"));
    assertThat(get("/nope.png").status()).isEqualTo(404);
  }

  @Test
  void passwordGivesAccessAndIsShownNowhere() throws IOException {
    jpm.environment("PM2_SERVE_BASIC_AUTH", "true");
    jpm.environment("PM2_SERVE_BASIC_AUTH_USERNAME", "bob");
    jpm.environment("PM2_SERVE_BASIC_AUTH_PASSWORD", PASSWORD);
    serve().ok();
    awaitPage("/", 401);
    assertThat(get("/", "Authorization", basic("bob:wrong")).status()).isEqualTo(401);
    assertThat(get("/", "Authorization", basic("bob:" + PASSWORD)))
        .isEqualTo(new Answer(200, PAGE));
    for (List<String> words : inspectionCommands()) {
      Jpm.Result result = jpm.run(words.toArray(String[]::new)).ok();
      assertThat(result.out() + result.err()).as("jpm %s", words).doesNotContain(PASSWORD);
    }
    for (String file : List.of("logs/site-out.log", "logs/site-error.log", "jpm.log")) {
      assertThat(Files.readString(jpm.home().resolve(file))).as(file).doesNotContain(PASSWORD);
    }
    try (Stream<Path> events = Files.list(jpm.home().resolve("events"))) {
      for (Path file : events.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file)).as(file.toString()).doesNotContain(PASSWORD);
      }
    }
    assertThat(jpm.liveProcesses()).noneMatch(process -> process.contains(PASSWORD));
    jpm.run("restart", "site").ok();
    awaitPage("/", 200, "Authorization", basic("bob:" + PASSWORD));
    assertThat(get("/").status()).isEqualTo(401);
  }

  private static List<List<String>> inspectionCommands() {
    return Stream.of(
            "ls",
            "ls --json",
            "ls -m",
            "jlist",
            "prettylist",
            "describe site",
            "describe site --json",
            "env site",
            "env site --json",
            "report",
            "events",
            "events --json",
            "logs site --nostream")
        .map(line -> List.of(line.split(" ")))
        .toList();
  }

  private static String basic(String words) {
    return "Basic " + Base64.getEncoder().encodeToString(words.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  @Tag("slow")
  void incompleteBasicAuthIsRefused() {
    assertThat(serve("--basic-auth-username", "bob").failed())
        .isEqualTo(
            new Jpm.Result(
                1,
                "",
                "[jpm][ERROR] basic authentication is incomplete: specify both --basic-auth-username and --basic-auth-password\n"));
    jpm.environment("PM2_SERVE_BASIC_AUTH", "true");
    assertThat(serve().failed())
        .isEqualTo(
            new Jpm.Result(
                1,
                "",
                "[jpm][ERROR] basic authentication is incomplete: specify both --basic-auth-username and --basic-auth-password\n"));
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void invalidDirectoryOrPortIsReportedInOneLineAndStartsNoApp() throws IOException {
    assertThat(jpm.run("serve", "nowhere", Integer.toString(port)))
        .isEqualTo(
            new Jpm.Result(
                1,
                "",
                "[jpm][ERROR] "
                    + jpm.work().resolve("nowhere")
                    + " does not exist: specify an existing directory\n"));
    try (var _ = new ServerSocket(port, 1, InetAddress.getByName("0.0.0.0"))) {
      assertThat(serve())
          .isEqualTo(
              new Jpm.Result(
                  1,
                  "",
                  "[jpm][ERROR] cannot listen on port %d of 0.0.0.0 (Address already in use): choose another port or --host\n"
                      .formatted(port)));
    }
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void secondStartIsRefusedAndTheFirstContinues() {
    serve().ok();
    awaitPage("/", 200);
    int pid = jpm.pid("site");
    Jpm.Result again = serve();
    assertThat(again.code()).isEqualTo(1);
    assertThat(again.err().lines()).hasSize(1);
    assertThat(again.err()).startsWith("[jpm][ERROR] app site is already running");
    Jpm.Result other = jpm.run("serve", site.toString(), Integer.toString(port), "-n", "other");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err())
        .isEqualTo(
            "[jpm][ERROR] cannot listen on port %d of 0.0.0.0 (Address already in use): choose another port or --host\n"
                .formatted(port));
    assertThat(jpm.list()).hasSize(1);
    assertThat(jpm.pid("site")).isEqualTo(pid);
    jpm.run("stop", "site").ok();
    serve().ok();
    awaitPage("/", 200);
    assertThat(jpm.list()).hasSize(1);
  }

  @Test
  @Tag("slow")
  void processFileConfiguresServeWithPm2sVariables() throws IOException {
    Path file = jpm.work().resolve("apps.json");
    JsonObject variables =
        new JsonObject()
            .put("PM2_SERVE_PATH", "./the site")
            .put("PM2_SERVE_PORT", port)
            .put("PM2_SERVE_SPA", "true")
            .put("PM2_SERVE_HOMEPAGE", "/docs/index.html");
    JsonObject app =
        new JsonObject().put("name", "site").put("script", "serve").put("env", variables);
    Files.writeString(
        file, new JsonObject().put("apps", new JsonArray().add(app)).encodePrettily());
    jpm.run("start", file.toString()).ok();
    awaitPage("/", 200);
    assertThat(get("/any/page", "Accept", "text/html")).isEqualTo(new Answer(200, "docs"));
    jpm.run("restart", file.toString()).ok();
    awaitPage("/", 200);
    assertThat(jpm.restarts("site")).isEqualTo(1);
  }

  @Test
  @Tag("slow")
  void aPageIsServedWhileThereIsNoDaemon() throws Exception {
    serve().ok();
    awaitPage("/", 200);
    int pid = jpm.pid("site");
    try (AutoCloseable _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      assertThat(get("/")).isEqualTo(new Answer(200, PAGE));
    }
    assertThat(jpm.pid("site")).isEqualTo(pid);
    assertThat(get("/")).isEqualTo(new Answer(200, PAGE));
    jpm.run("restart", "site").ok();
    awaitPage("/", 200);
    assertThat(jpm.pid("site")).isNotEqualTo(pid);
  }

  @Test
  @Tag("slow")
  void severalInstancesAreReloadedWithoutALostRequest() {
    serve("-i", "2").ok();
    awaitPage("/", 200);
    assertThat(jpm.list()).hasSize(2);
    try (Load load = new Load(port).keepAlive(3).closing(3)) {
      for (int reload = 1; reload <= RELOADS; reload++) {
        awaitMore(load, 300);
        jpm.run("reload", "site").ok();
      }
      awaitMore(load, 300);
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answers().keySet()).containsExactly(PAGE.strip());
    }
    assertThat(jpm.list())
        .allSatisfy(app ->
            assertThat(app.getJsonObject("pm2_env").getInteger("restart_time")).isEqualTo(RELOADS));
  }

  private static void awaitMore(Load load, int count) {
    Map<String, Long> before =
        Map.of("keep-alive", load.done("keep-alive"), "close", load.done("close"));
    before.forEach((kind, done) ->
        Eventually.await(
            count + " more requests of " + kind,
            Jpm.LONG,
            () -> load.done(kind) >= done + count || !load.failures().isEmpty(),
            () -> load.done(kind)));
  }
}
