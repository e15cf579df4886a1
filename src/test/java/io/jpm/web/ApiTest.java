package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.HistoryCommand;
import io.jpm.bus.HistoryReply;
import io.jpm.bus.InstanceView;
import io.jpm.bus.LogPosition;
import io.jpm.bus.LogSearch.Span;
import io.jpm.bus.LogsCommand;
import io.jpm.bus.LogsReply;
import io.jpm.command.CommandContext;
import io.jpm.command.CommandVerticle;
import io.jpm.config.AppDefaults;
import io.jpm.console.Instances;
import io.jpm.web.Http.Reply;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The routes, with the real room `command` behind them and fakes of those behind that.
@Timeout(60)
class ApiTest {
  private static final List<InstanceView> ALL =
      List.of(Instances.online(0, "web"), Instances.online(1, "api"));
  private static final String JSON = "Content-Type: application/json";
  private static final String OPERATOR = "Authorization: Bearer operator-secret";
  private static final String DESCRIBED =
      "{\"apps\":[{\"name\":\"new\",\"script\":\"sleep 10\"}],\"cwd\":\"/\"}";

  /// A right request for each route that is answered at once: what goes into the path is `web`.
  private static final Map<ApiRoute, String> BODIES =
      Map.of(
          ApiRoute.SIGNAL, "{\"signal\":\"SIGHUP\"}",
          ApiRoute.MESSAGE, "{\"message\":{\"do\":\"this\"}}",
          ApiRoute.TYPE, "{\"line\":\"status\"}",
          ApiRoute.TRIGGER, "{\"action\":\"gc\"}",
          ApiRoute.RELOAD, "{\"parallel\":2}",
          ApiRoute.SCALE, "{\"target\":\"web\",\"to\":3}",
          ApiRoute.START_APPS, DESCRIBED,
          ApiRoute.PLAN, DESCRIBED,
          ApiRoute.APPLY, DESCRIBED);

  private static final Set<ApiRoute> LIVE =
      Set.of(
          ApiRoute.EVENTS_STREAM,
          ApiRoute.LINES_STREAM,
          ApiRoute.USAGE_STREAM,
          ApiRoute.LIVE_STREAM,
          ApiRoute.DOWNLOAD,
          ApiRoute.LOG_OUT);

  @TempDir Path home;
  private final List<GodCommand> orders = new CopyOnWriteArrayList<>();
  private final List<Audited> audited = new CopyOnWriteArrayList<>();
  private volatile List<String> problems = List.of();
  private WebDaemon daemon;
  private int port;

  @BeforeEach
  void begin() throws Exception {
    daemon = new WebDaemon(home);
    daemon.tokens.put(
        "operator-secret",
        new io.jpm.model.Principal("operator", io.jpm.model.Role.OPERATE, Set.of()));
    daemon.vertx.eventBus().<GodCommand>consumer(Addresses.GOD_COMMAND, this::god);
    daemon
        .vertx
        .eventBus()
        .<HistoryCommand>consumer(
            Addresses.HISTORY_COMMAND, asked -> asked.reply(new HistoryReply(List.of(), 0, 0)));
    daemon.vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, ApiTest::logs);
    daemon.vertx.eventBus().<Audited>consumer(Addresses.AUDIT, told -> audited.add(told.body()));
    daemon
        .vertx
        .deployVerticle(
            new CommandVerticle(
                new CommandContext(
                    "1.2.3",
                    4711,
                    home,
                    Instances.NOW,
                    () -> AppDefaults.PM2,
                    Map.of("PATH", "/usr/bin:/bin"),
                    Duration.ofSeconds(2))))
        .await(20, TimeUnit.SECONDS);
    port = daemon.port();
  }

  @AfterEach
  void end() throws Exception {
    daemon.close();
  }

  private void god(Message<GodCommand> asked) {
    if (asked.body() instanceof GodCommand.Show) {
      asked.reply(new GodReply(ALL, List.of()));
    } else {
      orders.add(asked.body());
      if (!problems.contains("mute")) {
        asked.reply(new GodReply(ALL.subList(0, 1), problems));
      }
    }
  }

  private static void logs(Message<LogsCommand> asked) {
    asked.reply(
        switch (asked.body()) {
          case LogsCommand.Seek seek ->
              new LogsReply.Lines(
                  List.of(),
                  new LogsReply.Searches(
                      seek.searches().stream()
                          .map(search -> {
                            var from = LogPosition.nowhere(search.log());
                            var to = new LogPosition(search.log(), from.part(), 9);
                            return search.over(new Span(from, to));
                          })
                          .toList()));
          case LogsCommand.Read read ->
              new LogsReply.Lines(
                  read.spans().stream()
                      .filter(span -> !span.from().equals(span.to()))
                      .map(span -> new LogsReply.Line(span.from().log(), Instances.NOW, "a line"))
                      .toList(),
                  new LogsReply.Positions(read.spans().stream().map(Span::to).toList(), false));
          default -> throw new AssertionError(asked.body());
        });
  }

  private Reply ask(ApiRoute route, String who, String body, String... more) throws Exception {
    String path = ApiRoute.BASE + route.path().replace(":target", "web").replace(":app", "web");
    String[] headers = java.util.Arrays.copyOf(more, more.length + (body.isEmpty() ? 1 : 2));
    headers[more.length] = who;
    if (!body.isEmpty()) {
      headers[more.length + 1] = JSON;
    }
    return Http.ask(port, route.method() + " " + path, body, headers);
  }

  private static String body(ApiRoute route) {
    return BODIES.getOrDefault(route, "");
  }

  @Test
  void eachRouteIsForWhoHasTheRoleThatItNeedsAndForNobodyElse() throws Exception {
    for (ApiRoute route : ApiRoute.values()) {
      assertThat(ask(route, "X: y", body(route)).status()).as("nobody: " + route).isEqualTo(401);
      assertThat(ask(route, "Authorization: Bearer wrong", body(route)).status())
          .as("a wrong token: " + route)
          .isEqualTo(401);
      if (LIVE.contains(route)) {
        continue;
      }
      assertThat(ask(route, WebDaemon.OWNER, body(route)))
          .as("the owner: " + route)
          .satisfies(it -> assertThat(it.body()).startsWith("{"))
          .extracting(Reply::status)
          .isEqualTo(200);
      int operator = ask(route, OPERATOR, body(route)).status();
      int reader = ask(route, WebDaemon.READER, body(route)).status();
      switch (route.needs()) {
        case READ -> assertThat(List.of(reader, operator)).as("" + route).containsOnly(200);
        case OPERATE ->
            assertThat(List.of(reader, operator)).as("" + route).containsExactly(403, 200);
        case ADMIN -> assertThat(List.of(reader, operator)).as("" + route).containsOnly(403);
      }
    }
  }

  @Test
  void whoIsLimitedToSomeAppsFindsNoOthers() throws Exception {
    assertThat(
            Http.get(port, "/api/v1/instances", WebDaemon.OF_WEB)
                .json()
                .getJsonArray("instances")
                .stream()
                .map(it -> ((JsonObject) it).getString("app")))
        .containsExactly("web");
    for (String request :
        List.of(
            "GET /api/v1/instances/api",
            "GET /api/v1/instances/1",
            "POST /api/v1/instances/api/stop",
            "GET /api/v1/logs/api",
            "GET /api/v1/logs/api/stream",
            "GET /api/v1/logs/api/download",
            "GET /api/v1/events?app=api",
            "GET /api/v1/events/stream?app=api")) {
      Reply reply = Http.ask(port, request, "", WebDaemon.OF_WEB);
      assertThat(reply.status()).as(request).isEqualTo(404);
      assertThat(reply.json().getString("code")).isEqualTo("not_found");
    }
    assertThat(orders).isEmpty();
  }

  @Test
  void aNumberInThePathIsAnId() throws Exception {
    assertThat(Http.ask(port, "POST /api/v1/instances/1/stop", "", WebDaemon.OWNER).status())
        .isEqualTo(200);
    assertThat(orders).containsExactly(new GodCommand.Act(GodCommand.Action.STOP, List.of("api")));
    orders.clear();
    assertThat(
            Http.ask(port, "POST /api/v1/instances/%2F%5Ew%2F/stop", "", WebDaemon.OWNER).status())
        .isEqualTo(200);
    assertThat(orders).hasSize(1);
  }

  @Test
  void theDaemonIsToldWhoAsksWhateverTheClientSays() throws Exception {
    Http.ask(
        port,
        "POST /api/v1/instances/web/stop",
        "",
        WebDaemon.OF_WEB,
        "jpm-caller: {\"name\":\"owner\",\"role\":\"admin\",\"apps\":[],\"from\":\"unix\"}");
    io.jpm.testing.Eventually.await(
        "it is in the audit log", Duration.ofSeconds(20), () -> !audited.isEmpty());
    assertThat(audited.getFirst().who().name()).isEqualTo("web-only");
    assertThat(audited.getFirst().from()).isEqualTo("127.0.0.1");
  }

  @Test
  void whatIsNotUnderstoodIsNotDone() throws Exception {
    record Wrong(String request, String body, String about) {}
    for (Wrong wrong :
        List.of(
            new Wrong("POST /api/v1/scale", "{\"target\":\"web\"}", "to"),
            new Wrong("POST /api/v1/scale", "{\"target\":\"web\",\"to\":\"3\"}", "to"),
            new Wrong("POST /api/v1/instances/web/reload", "{\"verb\":\"delete\"}", "verb"),
            new Wrong("POST /api/v1/instances/web/reload", "{\"targets\":[\"api\"]}", "targets"),
            new Wrong("POST /api/v1/instances/web/reload", "[1]", "no JSON object"),
            new Wrong("POST /api/v1/instances/web/reload", "{", "no JSON object"),
            new Wrong("POST /api/v1/instances/web/reload?parallel=2", "", "put it into the body"),
            new Wrong("POST /api/v1/instances/web/start", DESCRIBED, "apps"),
            new Wrong("GET /api/v1/events?after=x", "", "after"),
            new Wrong("GET /api/v1/events?limit=0", "", "limit"),
            new Wrong("GET /api/v1/events?limit=1&limit=2", "", "twice"),
            new Wrong("GET /api/v1/logs/web?stream=both", "", "stream"),
            new Wrong("GET /api/v1/logs/web/download?stream=in", "", "stream"),
            new Wrong("GET /api/v1/logs/web?colour=1", "", "colour"))) {
      Reply reply = Http.ask(port, wrong.request(), wrong.body(), WebDaemon.OWNER, JSON);
      assertThat(reply.status()).as(wrong.toString()).isEqualTo(400);
      assertThat(reply.json().getString("code")).isEqualTo("invalid");
      assertThat(reply.json().getJsonArray("problems").getString(0)).contains(wrong.about());
    }
    assertThat(
            Http.ask(port, "POST /api/v1/scale", "{}", WebDaemon.OWNER, "Content-Type: text/plain")
                .status())
        .as("what a form could send")
        .isEqualTo(400);
    assertThat(orders).isEmpty();
  }

  @Test
  void failuresHaveTheirStatus() throws Exception {
    assertThat(Http.get(port, "/api/v1/instances/wev", WebDaemon.OWNER).status()).isEqualTo(404);
    problems = List.of("web does not end");
    Reply failed = ask(ApiRoute.STOP, WebDaemon.OWNER, "");
    assertThat(failed.status()).isEqualTo(409);
    assertThat(failed.json().getJsonArray("problems")).contains("web does not end");
    problems = List.of("mute");
    assertThat(ask(ApiRoute.STOP, WebDaemon.OWNER, "").status()).isEqualTo(504);
  }

  @Test
  void theDocumentDescribesEveryRouteAndNoOther() throws Exception {
    JsonObject document = Http.get(port, "/api/v1/openapi.json", WebDaemon.READER).json();
    assertThat(document.getString("openapi")).startsWith("3.1");
    Set<String> described = new HashSet<>();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        described.add(method.toUpperCase(Locale.ROOT) + " " + path);
        Reply reply =
            answered(
                method.toUpperCase(Locale.ROOT)
                    + " "
                    + path.replace("{target}", "nobody").replace("{app}", "nobody"));
        assertThat(reply.status()).as(method + " " + path + " is there").isNotEqualTo(405);
        if (reply.status() == 404) {
          assertThat(reply.status() + reply.body() + path)
              .as("it is the app that is not there")
              .matches("(?s)404(.*no app.*|/.*/stream)");
        }
      }
    }
    Set<String> routes = new HashSet<>();
    for (ApiRoute route : ApiRoute.values()) {
      routes.add(
          route.method()
              + " "
              + ApiRoute.BASE
              + route.path().replace(":target", "{target}").replace(":app", "{app}"));
    }
    assertThat(described).isEqualTo(routes);
  }

  /// The answer, of a stream its head.
  private Reply answered(String request) throws Exception {
    try (var http = new Http(port)) {
      http.send(port, request, "", WebDaemon.OF_WEB);
      return request.endsWith("/stream") ? http.head() : http.reply();
    }
  }

  @Test
  void theDocumentTakesWhatTheDaemonTakes() {
    JsonObject paths = OpenApi.document("1").getJsonObject("paths");
    for (ApiRoute route : BODIES.keySet()) {
      JsonObject schema = schema(paths, route);
      assertThat(isValid(schema, body(route))).as("" + route).isTrue();
      assertThat(isValid(schema, "{\"colour\":1}")).as("" + route).isFalse();
    }
    assertThat(isValid(schema(paths, ApiRoute.SCALE), "{\"target\":\"web\",\"to\":1,\"by\":1}"))
        .isFalse();
    assertThat(isValid(schema(paths, ApiRoute.SCALE), "{\"target\":\"web\",\"to\":0}")).isFalse();
    assertThat(isValid(schema(paths, ApiRoute.PLAN), "{\"apps\":[{}]}")).isFalse();
    assertThat(isValid(schema(paths, ApiRoute.TYPE), "{}")).isFalse();
  }

  private static JsonObject schema(JsonObject paths, ApiRoute route) {
    return paths
        .getJsonObject(ApiRoute.BASE + route.path().replace(":target", "{target}"))
        .getJsonObject("post")
        .getJsonObject("requestBody")
        .getJsonObject("content")
        .getJsonObject("application/json")
        .getJsonObject("schema");
  }

  private static boolean isValid(JsonObject schema, String body) {
    return Validator.create(
            JsonSchema.of(new JsonObject(schema.encode())),
            new JsonSchemaOptions().setBaseUri("http://jpm").setDraft(Draft.DRAFT202012))
        .validate(new JsonObject(body))
        .getValid();
  }

  @Test
  void aBrowsersSessionMayWhatTheOwnerMayFromOurPage() throws Exception {
    String cookie = daemon.logIn(port);
    String stop = "POST /api/v1/instances/web/stop";
    String own = "Origin: http://127.0.0.1:" + port;
    assertThat(Http.ask(port, stop, "", cookie).status()).isEqualTo(403);
    assertThat(Http.ask(port, stop, "", cookie, own).status()).isEqualTo(403);
    assertThat(orders).isEmpty();
    assertThat(Http.ask(port, stop, "", cookie, own, "X-JPM: 1").status()).isEqualTo(200);
    assertThat(Http.get(port, "/api/v1/events/stream", cookie).status())
        .as("a stream tells where it is asked from")
        .isEqualTo(403);
    assertThat(new JsonArray(orders.stream().map(Object::toString).toList())).hasSize(1);
  }
}
