package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.GodCommand;
import io.jpm.web.Http.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.Validator;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tests which requests the routes accept, and how they answer.
@Timeout(60)
class ApiRouterTest extends ApiHarness {
  @Test
  void tokenLimitedToAppsFindsNoOtherApps() throws Exception {
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
    assertThat(commands).isEmpty();
  }

  @Test
  void aNumberInThePathIsAnId() throws Exception {
    assertThat(Http.ask(port, "POST /api/v1/instances/1/stop", "", WebDaemon.OWNER).status())
        .isEqualTo(200);
    assertThat(commands)
        .containsExactly(new GodCommand.Act(GodCommand.Action.STOP, List.of("api")));
    commands.clear();
    assertThat(
            Http.ask(port, "POST /api/v1/instances/%2F%5Ew%2F/stop", "", WebDaemon.OWNER).status())
        .isEqualTo(200);
    assertThat(commands).hasSize(1);
  }

  @Test
  void callerIsSetByTheServerAndNotByTheClient() throws Exception {
    Http.ask(
        port,
        "POST /api/v1/instances/web/stop",
        "",
        WebDaemon.OF_WEB,
        "jpm-caller: {\"name\":\"owner\",\"role\":\"admin\",\"apps\":[],\"from\":\"unix\"}");
    io.jpm.testing.Eventually.await(
        "the request is audited", Duration.ofSeconds(20), () -> !audited.isEmpty());
    assertThat(audited.getFirst().who().name()).isEqualTo("web-only");
    assertThat(audited.getFirst().from()).isEqualTo("127.0.0.1");
  }

  @Test
  void invalidRequestsAreNotExecuted() throws Exception {
    record Wrong(String request, String body, String about) {}
    for (Wrong wrong :
        List.of(
            new Wrong("POST /api/v1/scale", "{\"target\":\"web\"}", "to"),
            new Wrong("POST /api/v1/scale", "{\"target\":\"web\",\"to\":\"3\"}", "to"),
            new Wrong("POST /api/v1/instances/web/reload", "{\"verb\":\"delete\"}", "verb"),
            new Wrong("POST /api/v1/instances/web/reload", "{\"targets\":[\"api\"]}", "targets"),
            new Wrong("POST /api/v1/instances/web/reload", "[1]", "not a JSON object"),
            new Wrong("POST /api/v1/instances/web/reload", "{", "JSON syntax error"),
            new Wrong("POST /api/v1/instances/web/reload?parallel=2", "", "put it in the body"),
            new Wrong("POST /api/v1/instances/web/start", DESCRIBED, "apps"),
            new Wrong("GET /api/v1/events?after=x", "", "after"),
            new Wrong("GET /api/v1/events?limit=0", "", "limit"),
            new Wrong("GET /api/v1/events?limit=1&limit=2", "", "more than once"),
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
        .as("a content type that a form can send")
        .isEqualTo(400);
    assertThat(commands).isEmpty();
  }

  @Test
  void failuresHaveTheirStatus() throws Exception {
    assertThat(Http.get(port, "/api/v1/instances/wev", WebDaemon.OWNER).status()).isEqualTo(404);
    problems = List.of("web does not end");
    Reply failed = ask(ApiRoute.STOP, WebDaemon.OWNER);
    assertThat(failed.status()).isEqualTo(409);
    assertThat(failed.json().getJsonArray("problems")).contains("web does not end");
    problems = List.of("mute");
    assertThat(ask(ApiRoute.STOP, WebDaemon.OWNER).status()).isEqualTo(504);
  }

  @Test
  void openApiDocumentDescribesExactlyTheRoutes() throws Exception {
    JsonObject document = Http.get(port, "/api/v1/openapi.json", WebDaemon.READER).json();
    assertThat(document.getString("openapi")).startsWith("3.1");
    Set<String> described = new HashSet<>();
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      for (String method : paths.getJsonObject(path).fieldNames()) {
        described.add(method.toUpperCase(Locale.ROOT) + " " + path);
        Reply reply =
            readAnswer(
                method.toUpperCase(Locale.ROOT)
                    + " "
                    + path.replace("{target}", "nobody").replace("{app}", "nobody"));
        assertThat(reply.status()).as(method + " " + path + " exists").isNotEqualTo(405);
        if (reply.status() == 404) {
          assertThat(reply.status() + reply.body() + path)
              .as("the app does not exist, but the route does")
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

  /// Returns the answer, of a stream only its head.
  private Reply readAnswer(String request) throws Exception {
    try (var http = new Http(port)) {
      http.send(port, request, "", WebDaemon.OF_WEB);
      return request.endsWith("/stream") ? http.head() : http.reply();
    }
  }

  @Test
  void openApiSchemasAcceptWhatTheDaemonAccepts() {
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
  void browserSessionHasOwnerRightsOnlyFromOurPage() throws Exception {
    String cookie = daemon.logIn(port);
    String stop = "POST /api/v1/instances/web/stop";
    String own = "Origin: http://127.0.0.1:" + port;
    assertThat(Http.ask(port, stop, "", cookie).status()).isEqualTo(403);
    assertThat(Http.ask(port, stop, "", WebDaemon.cookie(cookie), own).status()).isEqualTo(401);
    assertThat(commands).isEmpty();
    assertThat(Http.ask(port, stop, "", cookie, own).status()).isEqualTo(200);
    assertThat(Http.get(port, "/api/v1/events/stream", cookie).status())
        .as("a stream needs a header that names its origin")
        .isEqualTo(403);
    assertThat(new JsonArray(commands.stream().map(Object::toString).toList())).hasSize(1);
  }
}
