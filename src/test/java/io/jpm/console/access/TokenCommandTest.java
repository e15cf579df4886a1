package io.jpm.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.access.TokenVerticle;
import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.ConsoleClient;
import io.jpm.console.ConsoleVerticle;
import io.jpm.console.FakePrograms;
import io.jpm.console.Instances;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenCommandTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path home;
  private volatile Instant now = NOW;
  private final Vertx vertx = Vertx.vertx();

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    vertx
        .deployVerticle(new TokenVerticle(home.resolve("tokens.json"), () -> now))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private ConsoleClient runExpecting(int code, String... argv) {
    ConsoleClient client = ConsoleClient.run(vertx, argv);
    assertThat(client.code()).as(client.out() + client.err()).isEqualTo(code);
    return client;
  }

  private AccessReply authenticate(String secret) throws Exception {
    return vertx
        .eventBus()
        .<AccessReply>request(
            Addresses.ACCESS_COMMAND, AccessCommand.Authenticate.of(secret).orElseThrow())
        .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
        .body();
  }

  @Test
  void standardOutputContainsOnlyTheSecret() throws Exception {
    ConsoleClient client =
        runExpecting(0, "token", "create", "ci", "--role", "operate", "--app", "web,api");
    assertThat(client.out()).matches("jpm_[A-Za-z0-9_-]{43}\n");
    assertThat(client.err())
        .isEqualTo(
            "[jpm] token ci has role operate only for api, web until 2027-02-19T12:00:00Z; the secret"
                + " will not be shown again\n");
    assertThat(authenticate(client.out().strip()))
        .isEqualTo(
            new AccessReply.Authenticated(new Principal("ci", Role.OPERATE, Set.of("web", "api"))));
  }

  @Test
  void defaultIsReadAccessToAllAppsForNinetyDays() throws Exception {
    String secret = runExpecting(0, "token", "create", "ci", "-s").out().strip();
    assertThat(authenticate(secret))
        .isEqualTo(new AccessReply.Authenticated(new Principal("ci", Role.READ, Set.of())));
    assertThat(runExpecting(0, "token", "ls", "--json").out())
        .isEqualTo(
            "{\"name\":\"ci\",\"role\":\"read\",\"apps\":[],"
                + "\"created\":\"2026-11-21T12:00:00Z\",\"expires\":\"2027-02-19T12:00:00Z\"}\n");
    now = NOW.plus(Duration.ofDays(90));
    assertThat(authenticate(secret)).isInstanceOf(AccessReply.Refused.class);
  }

  @Test
  void tokenCreatedWithForeverDoesNotExpire() throws Exception {
    String secret = runExpecting(0, "token", "create", "ci", "--forever", "-s").out().strip();
    now = NOW.plus(Duration.ofDays(3650));
    assertThat(authenticate(secret))
        .isEqualTo(new AccessReply.Authenticated(new Principal("ci", Role.READ, Set.of())));
    assertThat(runExpecting(0, "token", "ls", "--json").out())
        .isEqualTo(
            "{\"name\":\"ci\",\"role\":\"read\",\"apps\":[],"
                + "\"created\":\"2026-11-21T12:00:00Z\",\"expires\":null}\n");
  }

  @Test
  void jsonOptionPrintsAnObject() {
    var json =
        new JsonObject(
            runExpecting(0, "token", "create", "ci", "--expires", "30d", "--json").out());
    assertThat(json.getString("token")).startsWith("jpm_");
    assertThat(json.getString("expires")).isEqualTo(NOW.plus(Duration.ofDays(30)).toString());
  }

  @Test
  void listShowsEveryTokenWithoutSecrets() {
    String secret = runExpecting(0, "token", "create", "ci", "--app", "web").out().strip();
    runExpecting(0, "token", "create", "other", "--forever");
    String list = runExpecting(0, "token", "ls").out();
    assertThat(list).contains("ci").contains("web").contains("never").contains("2027-02-19");
    assertThat(list).doesNotContain(secret.substring(4));
    assertThat(runExpecting(0, "token", "list").out()).isEqualTo(list);
  }

  @Test
  void listWarnsOfTokensThatExpireSoon() {
    now = Instances.NOW.minus(Duration.ofDays(85));
    runExpecting(0, "token", "create", "ci");
    runExpecting(0, "token", "create", "later", "--expires", "100d");
    assertThat(runExpecting(0, "token", "ls").err())
        .isEqualTo("[jpm] token ci expires soon: run jpm token rotate ci to create a new secret\n");
    assertThat(runExpecting(0, "token", "ls", "--json").err()).isEmpty();
  }

  @Test
  void rotatedTokenHasANewSecretAndTheSameLifetime() throws Exception {
    String old =
        runExpecting(0, "token", "create", "ci", "--app", "web", "--expires", "30d").out().strip();
    now = NOW.plus(Duration.ofDays(20));
    ConsoleClient client = runExpecting(0, "token", "rotate", "ci");
    assertThat(client.out()).matches("jpm_[A-Za-z0-9_-]{43}\n").doesNotContain(old);
    assertThat(client.err())
        .contains("token ci has role read only for web until 2027-01-10T12:00:00Z");
    assertThat(authenticate(old)).isInstanceOf(AccessReply.Refused.class);
    assertThat(authenticate(client.out().strip()))
        .isEqualTo(new AccessReply.Authenticated(new Principal("ci", Role.READ, Set.of("web"))));
    runExpecting(0, "token", "rotate", "ci", "--expires", "1d");
    assertThat(runExpecting(0, "token", "ls", "--json").out()).contains("\"2026-12-12T12:00:00Z\"");
    assertThat(runExpecting(1, "token", "rotate", "other").err())
        .contains("there is no token \"other\"");
  }

  @Test
  void bothSecretsAreValidDuringTheGracePeriod() throws Exception {
    String old = runExpecting(0, "token", "create", "ci").out().strip();
    String secret = runExpecting(0, "token", "rotate", "ci", "--grace", "10m").out().strip();
    assertThat(authenticate(old)).isInstanceOf(AccessReply.Authenticated.class);
    now = NOW.plus(Duration.ofMinutes(10));
    assertThat(authenticate(old)).isInstanceOf(AccessReply.Refused.class);
    assertThat(authenticate(secret)).isInstanceOf(AccessReply.Authenticated.class);
  }

  @Test
  void revokedTokenIsRejected() throws Exception {
    String secret = runExpecting(0, "token", "create", "ci").out().strip();
    assertThat(runExpecting(0, "token", "revoke", "ci").out()).contains("Revoked token ci");
    assertThat(authenticate(secret)).isInstanceOf(AccessReply.Refused.class);
    assertThat(runExpecting(1, "token", "revoke", "ci").err()).contains("there is no token \"ci\"");
  }

  @Test
  void mistakesAreReportedInOneLineAndCreateNothing() {
    List<List<String>> wrong =
        List.of(
            List.of("create"),
            List.of("create", "a", "b"),
            List.of("create", "owner"),
            List.of("create", "ci", "--role", "root"),
            List.of("create", "ci", "--app", ""),
            List.of("create", "ci", "--app", "all"),
            List.of("create", "ci", "--expires", "0s"),
            List.of("create", "ci", "--expires", "soon"),
            List.of("create", "ci", "--expires", "1d", "--forever"),
            List.of("create", "ci", "--grace", "1d"),
            List.of("rotate"),
            List.of("rotate", "ci"),
            List.of("rotate", "ci", "--grace", "soon"),
            List.of("rotate", "ci", "--role", "admin"),
            List.of("rotate", "ci", "--forever"),
            List.of("ls", "ci"),
            List.of("ls", "--role", "read"),
            List.of("revoke"),
            List.of("revoke", "ci", "--app", "web"),
            List.of("make", "ci"));
    for (List<String> words : wrong) {
      ConsoleClient client =
          runExpecting(1, Stream.concat(Stream.of("token"), words.stream()).toArray(String[]::new));
      assertThat(client.out()).as(words.toString()).isEmpty();
      assertThat(client.err().lines()).as(words.toString()).hasSize(1);
    }
    assertThat(runExpecting(0, "token", "ls", "--json").out()).isEmpty();
  }
}
