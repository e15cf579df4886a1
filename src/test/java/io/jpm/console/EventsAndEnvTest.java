package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.BusCodec;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InheritFilter;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.SecretSource;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleRequest.Tty;
import io.jpm.wire.EventMessage;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventsAndEnvTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private ConsoleClient run(String... argv) {
    return ConsoleClient.run(vertx, argv);
  }

  private static void assertEnd(ConsoleClient client, int code) {
    assertThat(client.code())
        .describedAs("out: %s%nerr: %s", client.out(), client.err())
        .isEqualTo(code);
  }

  private static List<Long> seqs(ConsoleClient client) {
    return client.out().lines().map(line -> new JsonObject(line).getLong("seq")).toList();
  }

  private void addEvents(int count, String app, int id) {
    LongStream.rangeClosed(1, count)
        .forEach(_ -> services.events.add(Events.online(services.events.size() + 1, app, id)));
  }

  // Events

  @Test
  void latestThirtyEventsArePrintedOldestFirst() {
    addEvents(40, "web", 0);
    ConsoleClient client = run("events", "--json");
    assertEnd(client, 0);
    assertThat(seqs(client)).isEqualTo(LongStream.rangeClosed(11, 40).boxed().toList());
    ConsoleClient few = run("events", "all", "--lines", "2");
    assertEnd(few, 0);
    assertThat(few.out().lines())
        .hasSize(2)
        .allMatch(line ->
            line.matches(
                "2026-03-0\\d \\d\\d:\\d\\d:\\d\\d  web:0  pid 4100  online   reason \\d\\d"));
  }

  @Test
  void emptyHistoryIsNotAFailure() {
    ConsoleClient client = run("events");
    assertEnd(client, 0);
    assertThat(client.out()).isEmpty();
  }

  @Test
  void eventsAreSelectedByAppAndInstance() {
    services.instances.add(Instances.online(0, Instances.spec("web", 2), 0));
    services.instances.add(Instances.online(1, Instances.spec("web", 2), 1));
    services.instances.add(Instances.online(2, "job"));
    addEvents(3, "web", 0);
    addEvents(3, "web", 1);
    addEvents(3, "job", 2);
    addEvents(3, "old", 1);
    ConsoleClient web = run("events", "web", "--json");
    assertEnd(web, 0);
    assertThat(seqs(web)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    ConsoleClient second = run("events", "1", "--json", "--lines", "2");
    assertEnd(second, 0);
    assertThat(seqs(second)).containsExactly(5L, 6L);
    ConsoleClient both = run("events", "1", "job", "--json", "--lines", "4");
    assertEnd(both, 0);
    assertThat(seqs(both)).containsExactly(6L, 7L, 8L, 9L);
    // A deleted app whose id was given to another one.
    ConsoleClient deleted = run("events", "old", "--json");
    assertEnd(deleted, 0);
    assertThat(seqs(deleted)).containsExactly(10L, 11L, 12L);
  }

  @Test
  void daemonEventsAreInTheFullListAndUnderTheNameJpm() {
    addEvents(1, "web", 0);
    services.events.add(EventMessage.ofDaemon(2, "daemon_started", 400, "version 1", 0));
    addEvents(1, "web", 0);
    ConsoleClient all = run("events", "--json");
    assertEnd(all, 0);
    assertThat(seqs(all)).containsExactly(1L, 2L, 3L);
    ConsoleClient daemon = run("events", "jpm", "--json");
    assertEnd(daemon, 0);
    assertThat(seqs(daemon)).containsExactly(2L);
    ConsoleClient both = run("events", "jpm", "web", "--json");
    assertEnd(both, 0);
    assertThat(seqs(both)).containsExactly(1L, 2L, 3L);
    services.instances.add(Instances.online(1, "jpm"));
    ConsoleClient app = run("events", "jpm", "--json");
    assertEnd(app, 0);
    assertThat(seqs(app)).isEmpty();
  }

  @Test
  void selectorWithoutEventsFails() {
    addEvents(3, "web", 0);
    ConsoleClient client = run("events", "n\u001bope");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo(
            "[jpm][ERROR] no app or id n\\x1bope exists, and no events are stored for it: run jpm events to see all events\n");
    assertThat(client.out()).isEmpty();
  }

  @Test
  void eventsSinceASequenceNumberAreReadInPages() {
    addEvents(1700, "web", 0);
    services.events.subList(0, 100).clear();
    ConsoleClient all = run("events", "--since", "100", "--json");
    assertEnd(all, 0);
    assertThat(seqs(all)).isEqualTo(LongStream.rangeClosed(101, 1700).boxed().toList());
    assertThat(all.err()).isEmpty();
    assertThat(services.received(HistoryCommand.After.class)).hasSize(4);
    ConsoleClient some = run("events", "--since", "1695", "--lines", "2", "--json");
    assertEnd(some, 0);
    assertThat(seqs(some)).containsExactly(1696L, 1697L);
    ConsoleClient gone = run("events", "--since", "40", "--lines", "1", "--json");
    assertEnd(gone, 0);
    assertThat(seqs(gone)).containsExactly(101L);
    assertThat(gone.err()).isEqualTo("[jpm][WARN] events 41 to 100 are no longer stored\n");
  }

  @Test
  void followPrintsNewEvents() {
    services.instances.add(Instances.online(0, "web"));
    addEvents(3, "web", 0);
    ConsoleClient client = run("events", "web", "-f", "--lines", "1", "--json");
    awaitSeqs(client, List.of(3L));
    services.publishEvent(Events.online(4, "job", 1));
    services.publishEvent(Events.online(5, "web", 0));
    awaitSeqs(client, List.of(3L, 5L));
    LongStream.rangeClosed(6, 1205)
        .forEach(seq -> services.publishEvent(Events.online(seq, "web", 0)));
    Eventually.await("the last event", LIMIT, () -> client.out().contains("\"seq\":1205,"));
    assertThat(seqs(client))
        .hasSize(1202)
        .endsWith(1203L, 1204L, 1205L)
        .isSorted()
        .doesNotHaveDuplicates();
    assertThat(client.isDone()).isFalse();
  }

  private static void awaitSeqs(ConsoleClient client, List<Long> seqs) {
    Eventually.await(seqs + " are printed", LIMIT, () -> seqs(client).equals(seqs), client::out);
  }

  @Test
  void followStartsWithAnEmptyHistory() {
    ConsoleClient client = run("events", "--follow", "--json");
    Eventually.await(
        "a read", LIMIT, () -> !services.received(HistoryCommand.After.class).isEmpty());
    services.publishEvent(Events.online(1, "web", 0));
    awaitSeqs(client, List.of(1L));
  }

  @Test
  void disconnectedFollowerIsReleased() {
    addEvents(1, "web", 0);
    ConsoleClient client = run("events", "-f");
    Eventually.await("event 1", LIMIT, () -> client.out().contains("reason 1"));
    client.disconnect();
    services.publishEvent(Events.online(2, "web", 0));
    Eventually.await("event 2", LIMIT, () -> client.out().contains("reason 2"));
    int asked = services.received(HistoryCommand.After.class).size();
    services.publishEvent(Events.online(3, "web", 0));
    assertEnd(run("ping"), 0);
    assertThat(services.received(HistoryCommand.After.class)).hasSize(asked);
    assertThat(client.out()).doesNotContain("reason 3");
  }

  @Test
  void colorsAreUsedOnlyOnTerminals() {
    addEvents(1, "web", 0);
    ConsoleClient client = ConsoleClient.run(vertx, new Tty(40, 20, true, true, true), "events");
    assertEnd(client, 0);
    assertThat(client.out()).contains("\u001b[1;32monline\u001b[0m");
  }

  @Test
  void eventsRoundTripThroughJson() {
    addEvents(2, "web", 0);
    ConsoleClient client = run("events", "--json");
    assertEnd(client, 0);
    assertThat(client.out().lines().map(line -> EventMessage.fromJson(new JsonObject(line))))
        .isEqualTo(services.events);
  }

  // Environment

  private static AppSpec app() {
    return Instances.spec("web", 1).toBuilder()
        .variables(
            new EnvironmentVariables(
                Map.of("HOME", "/home/me", "LANG", "C", "EDITOR", "vi", "NPM_TOKEN", "npm_x"),
                Map.of(
                    "LANG", "en_GB",
                    "API_KEY", "hunter2",
                    "DB", "postgres://me:hunter2@db/app",
                    "ODD", "a\nb\u001b[2J",
                    "name", "mine"),
                Set.of("EDITOR", "PAGER"),
                InheritFilter.NOTHING))
        .build();
  }

  @Test
  void secretsAreMasked() {
    services.instances.add(Instances.online(3, app(), 0));
    ConsoleClient client = run("env", "3");
    assertEnd(client, 0);
    Golden.check("env", client.out());
    assertThat(client.out()).doesNotContain("hunter2");
  }

  @Test
  void revealPrintsSecrets() {
    services.instances.add(Instances.online(3, app(), 0));
    ConsoleClient client = run("env", "web", "--reveal");
    assertEnd(client, 0);
    Golden.check("env-reveal", client.out());
  }

  @Test
  void jsonGroupsVariablesByTheirSource() {
    services.instances.add(Instances.online(3, app(), 0));
    ConsoleClient client = run("env", "web", "--json", "--reveal");
    assertEnd(client, 0);
    assertThat(new JsonObject(client.out()))
        .isEqualTo(
            new JsonObject(
                """
                {"name":"web","pm_id":3,
                 "declared":{"API_KEY":"hunter2","DB":"postgres://me:hunter2@db/app","LANG":"en_GB",
                   "ODD":"a\\nb\\u001b[2J","name":"mine"},
                 "inherited":{"HOME":"/home/me","NPM_TOKEN":"npm_x"},
                 "added":{"JPM_HOME":"/home/me/.jpm","NODE_APP_INSTANCE":"0","pm_id":"3"},
                 "removed":["EDITOR","PAGER"]}
                """));
    ConsoleClient masked = run("env", "web", "--json");
    assertEnd(masked, 0);
    assertThat(masked.out()).doesNotContain("hunter2").doesNotContain("npm_x").contains("******");
  }

  @Test
  void variableSourcesAreShownByTheirLocation() {
    AppSpec app =
        Instances.spec("web", 1).toBuilder()
            .variables(
                new EnvironmentVariables(
                    Map.of("DB", "from-shell"),
                    Map.of(),
                    Set.of(),
                    InheritFilter.NOTHING,
                    new ReferencedVariables(
                        List.of(new EnvFile(Path.of("/srv/.env"), true)),
                        Map.of("DB", new SecretSource.FromFile(Path.of("/run/secrets/db"))))))
            .build();
    services.instances.add(Instances.online(3, app, 0));
    ConsoleClient client = run("env", "web", "--reveal");
    assertEnd(client, 0);
    assertThat(client.out())
        .contains("DB: (secret file:/run/secrets/db)\n")
        .contains("# the variables in /srv/.env? are added at each start\n")
        .doesNotContain("from-shell");
    ConsoleClient json = run("env", "web", "--json", "--reveal");
    assertEnd(json, 0);
    assertThat(new JsonObject(json.out()).getJsonObject("secrets"))
        .isEqualTo(new JsonObject().put("DB", "file:/run/secrets/db"));
    assertThat(json.out()).contains("/srv/.env?").doesNotContain("from-shell");
  }

  @Test
  void severalInstancesHaveHeadings() {
    services.instances.add(Instances.online(0, Instances.spec("web", 2), 0));
    services.instances.add(Instances.online(1, Instances.spec("web", 2), 1));
    ConsoleClient client = run("env", "web");
    assertEnd(client, 0);
    assertThat(client.out())
        .contains("# web:0\n", "# web:1\n", "NODE_APP_INSTANCE: 0\n", "NODE_APP_INSTANCE: 1\n");
    ConsoleClient json = run("env", "web", "--json");
    assertEnd(json, 0);
    assertThat(json.out().lines()).hasSize(2);
  }

  @Test
  void envOfAnUnknownAppFails() {
    ConsoleClient client = run("env", "nope");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
  }
}
