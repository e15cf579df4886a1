package io.jpm.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.access.Role;
import io.jpm.web.Http.Reply;
import io.jpm.wire.CommandVerb;
import io.vertx.core.http.HttpMethod;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests every route of the API with clients that are authorized and with all that are not.
@Timeout(60)
class RouteAuthorizationTest extends ApiHarness {
  private static final String OPERATOR = "Authorization: Bearer operator-secret";
  private static final String ADMIN = "Authorization: Bearer admin-secret";
  private static final String ADMIN_OF_WEB = "Authorization: Bearer admin-of-web-secret";

  /// Returns the clients that have at least `role`.
  private static List<String> holders(Role role) {
    return switch (role) {
      case READ -> List.of(WebDaemon.READER, OPERATOR, ADMIN, WebDaemon.OWNER);
      case OPERATE -> List.of(OPERATOR, ADMIN, WebDaemon.OWNER);
      case ADMIN -> List.of(ADMIN, WebDaemon.OWNER);
    };
  }

  @Test
  void unauthenticatedClientsLearnNothingAboutRoutes() throws Exception {
    Set<String> told = new HashSet<>();
    for (ApiRoute route : ApiRoute.values()) {
      for (String who :
          List.of(
              "X: y",
              "Authorization: Bearer wrong",
              "Authorization: Basic b3duZXI6b3duZXItc2VjcmV0",
              "Cookie: jpm_session_" + port + "=0123")) {
        Reply reply = ask(route, who);
        assertThat(reply.status()).as(who + ": " + route).isEqualTo(401);
        told.add(reply.body());
      }
    }
    assertThat(told).hasSize(1);
    assertThat(commands).isEmpty();
    assertThat(queries).hasValue(0);
  }

  static Stream<ApiRoute> routes() {
    return Stream.of(ApiRoute.values());
  }

  @ParameterizedTest
  @MethodSource("routes")
  void eachRouteIsAllowedOnlyWithItsRole(ApiRoute route) throws Exception {
    List<String> holders = holders(route.requiredRole());
    for (String who : holders(Role.READ)) {
      if (!holders.contains(who)) {
        Reply reply = ask(route, who);
        assertThat(reply.status()).as(who).isEqualTo(403);
        assertThat(reply.json().getString("code")).isEqualTo("denied");
      }
    }
    assertThat(commands).isEmpty();
    for (String who : holders) {
      Reply reply = ask(route, who);
      assertThat(reply.status()).as(who + reply.body()).isEqualTo(200);
      assertThat(reply.header("content-type").orElseThrow()).startsWith(route.mediaType());
    }
    boolean orders = route.verb().filter(CommandVerb::isChanging).isPresent();
    assertThat(this.commands.isEmpty()).isNotEqualTo(orders || route == ApiRoute.PLAN);
  }

  @ParameterizedTest
  @MethodSource("routes")
  void eachRouteRefusesOtherOriginsOtherHostsAndForgedRequests(ApiRoute route) throws Exception {
    String own = "Origin: http://127.0.0.1:" + port;
    String cookie = daemon.logIn(port);
    for (String origin : List.of("http://evil.example", "null", "http://localhost:" + port)) {
      assertThat(refusalStatus(route, "Origin: " + origin, WebDaemon.OWNER)).isEqualTo(403);
      assertThat(refusalStatus(route, "Origin: " + origin, cookie)).isEqualTo(403);
    }
    for (String host : List.of("evil.example:" + port, "127.0.0.1", "127.0.0.1:1")) {
      assertThat(refusalStatus(route, "Host: " + host, WebDaemon.OWNER)).isEqualTo(421);
    }
    assertThat(refusalStatus(route, cookie, "Sec-Fetch-Site: cross-site")).isEqualTo(403);
    assertThat(refusalStatus(route, cookie, "Sec-Fetch-Site: same-site")).isEqualTo(403);
    if (!route.method().equals(HttpMethod.GET)) {
      assertThat(refusalStatus(route, cookie)).isEqualTo(403);
      assertThat(refusalStatus(route, cookie, "Sec-Fetch-Site: none")).isEqualTo(403);
    }
    assertThat(commands).isEmpty();
    assertThat(queries).hasValue(0);
    assertThat(ask(route, cookie, own).status()).isEqualTo(200);
  }

  /// A server on another port receives the cookie of a browser's session. Routes refuse it without
  /// the secret, whatever header is added.
  @ParameterizedTest
  @MethodSource("routes")
  void eachRouteRefusesACookieWithoutTheSecretOfThePage(ApiRoute route) throws Exception {
    String cookie = WebDaemon.cookie(daemon.logIn(port));
    String own = "Origin: http://127.0.0.1:" + port;
    for (String added : List.of("X: y", "X-JPM: 1", "X-JPM:", "X-JPM: " + "0".repeat(64))) {
      for (String from : List.of(own, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none")) {
        Reply reply = ask(route, cookie, added, from);
        assertThat(reply.status()).as(added + from).isEqualTo(401);
        assertThat(reply.json().getString("code")).isEqualTo("unauthenticated");
      }
    }
    assertThat(commands).isEmpty();
    assertThat(queries).hasValue(0);
  }

  private int refusalStatus(ApiRoute route, String... headers) throws Exception {
    Reply reply = ask(route, headers);
    assertThat(reply.json().getString("code")).isIn("denied", "misdirected");
    assertThat(reply.header("access-control-allow-origin")).isEmpty();
    return reply.status();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void tokenLimitedToAppsHasNoAccessToOtherApps(ApiRoute route) throws Exception {
    switch (route) {
      case DESCRIBE,
          START,
          STOP,
          RESTART,
          RELOAD,
          RESET,
          SIGNAL,
          MESSAGE,
          TYPE,
          TRIGGER,
          DELETE,
          SCALE,
          LOGS,
          LINES_STREAM,
          DOWNLOAD,
          TICKET -> {
        Reply other = askAbout("api", route, ADMIN_OF_WEB);
        assertThat(other.status()).isEqualTo(404);
        assertThat(other.json().getString("code")).isEqualTo("not_found");
        assertThat(askAbout("nobody", route, ADMIN_OF_WEB).body())
            .as("the same as for an app that does not exist")
            .isEqualTo(other.body().replace("api", "nobody"));
        assertThat(commands).isEmpty();
        assertThat(ask(route, ADMIN_OF_WEB).status()).isEqualTo(200);
      }
      case START_APPS, PLAN, APPLY, SAVE, RESURRECT -> {
        assertThat(ask(route, ADMIN_OF_WEB).status()).isEqualTo(403);
        assertThat(commands).isEmpty();
      }
      case LIST ->
          assertThat(ask(route, ADMIN_OF_WEB).json().getJsonArray("instances").encode())
              .contains("\"app\":\"web\"")
              .doesNotContain("\"app\":\"api\"");
      // LiveRoutesTest and CommandVerticleTest check that their content is limited to the apps.
      case PING, EVENTS, EVENTS_STREAM, USAGE_STREAM, LIVE_STREAM, SESSION, LOG_OUT, DOCUMENT ->
          assertThat(ask(route, ADMIN_OF_WEB).status()).isEqualTo(200);
    }
  }
}
