package io.jpm.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.console.Instances;
import io.jpm.history.HistoryVerticle;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.Hooks;
import io.jpm.model.Hooks.Action;
import io.jpm.model.Hooks.Exec;
import io.jpm.model.Hooks.HookEvent;
import io.jpm.model.Hooks.Webhook;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.os.LogPipe;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests hooks as apps use them, with real commands and a real server.
@Timeout(120)
class HooksVerticleTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(40);
  private static final HookTiming TIMING =
      new HookTiming(
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          new RetryPlan(List.of(Duration.ofMillis(1), Duration.ofMillis(1))));

  @TempDir private Path dir;
  private final Vertx vertx = Vertx.vertx();
  private final List<JsonObject> posted = new CopyOnWriteArrayList<>();
  private final LinuxProcessHost host = new LinuxProcessHost();

  @BeforeEach
  void open() {
    BusCodec.install(vertx);
  }

  @AfterEach
  void close() {
    await(vertx.close());
    host.close();
  }

  private void deploy(HookTiming timing) {
    await(vertx.deployVerticle(new HistoryVerticle(dir.resolve("events"), 1 << 20, "boot")));
    await(vertx.deployVerticle(new HooksVerticle(host, dir, System::nanoTime, timing)));
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.await(TestDeadline.scaledSeconds(TIMEOUT.toSeconds()), TimeUnit.SECONDS);
    } catch (TimeoutException late) {
      throw new AssertionError(late);
    }
  }

  private AppSpec spec(Map<HookEvent, List<Action>> hooks) {
    return AppSpec.builder(
            new AppName("web"),
            new AppCommand(Path.of("/bin/true"), Optional.empty(), List.of(), List.of()),
            dir)
        .variables(EnvironmentVariables.declared(Map.of("PATH", "/usr/bin:/bin", "COLOUR", "blue")))
        .restart(
            new RestartPolicy(
                RestartPolicy.When.ALWAYS,
                16,
                Duration.ofMillis(1),
                new Backoff.Constant(Duration.ZERO),
                Set.of()))
        .hooks(new Hooks(hooks))
        .build();
  }

  private void publish(Kind kind, AppSpec spec, Phase phase, String reason) {
    Optional<Exit> exit =
        kind == Kind.EXIT ? Optional.of(new Exit.Signalled(9, false)) : Optional.empty();
    vertx
        .eventBus()
        .publish(
            Addresses.GOD_EVENTS,
            new InstanceEvent(
                kind, Instances.view(7, spec, 0, phase, exit, reason), Instances.NOW));
  }

  private void crash(AppSpec spec, String reason) {
    publish(Kind.EXIT, spec, Phase.WAITING_RESTART, reason);
  }

  private Exec script(String text) {
    return new Exec(List.of("sh", "-c", text));
  }

  private URI server(Consumer<HttpServerRequest> answer) {
    HttpServer server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request ->
                    request
                        .body()
                        .onSuccess(body -> {
                          posted.add(new JsonObject(body));
                          answer.accept(request);
                        }))
                .listen(0, "127.0.0.1"));
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/hook?token=x");
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private void awaitText(Path file, String text) {
    Eventually.await(
        file + " contains " + text, TIMEOUT, () -> read(file).contains(text), () -> read(file));
  }

  @Test
  void commandRunsInTheEnvironmentOfTheAppWithTheEvent() throws IOException {
    deploy(TIMING);
    AppSpec spec =
        spec(
            Map.of(
                HookEvent.CRASH,
                List.of(
                    script(
                        "echo $JPM_EVENT,$JPM_APP,$JPM_ID,$JPM_PID,$JPM_REASON,$JPM_MISSED,"
                            + "$JPM_EXIT_SIGNAL,$COLOUR,$pm_id,$PWD > told.tmp; mv told.tmp told"))));
    publish(Kind.ONLINE, spec, Phase.ONLINE, "started by start");
    crash(spec, "SIGKILL after 3 s");
    awaitText(dir.resolve("told"), "\n");
    assertThat(read(dir.resolve("told")))
        .isEqualTo("crash,web,7,4107,SIGKILL after 3 s,0,SIGKILL,blue,7,%s\n".formatted(dir));
    Eventually.await("the pipe is removed", TIMEOUT, () -> pipes() == 0, this::pipes);
  }

  @Test
  void commandReadsEnvFilesAtEachRunAndRunsWithoutThem() throws IOException {
    deploy(TIMING);
    Path file = Files.writeString(dir.resolve("some.env"), "TOKEN=first\nCOLOUR=red\n");
    AppSpec plain =
        spec(Map.of(HookEvent.CRASH, List.of(script("echo $TOKEN,$COLOUR,$JPM_REASON >> told"))));
    EnvironmentVariables environmentVariables = plain.variables();
    AppSpec spec =
        plain.toBuilder()
            .variables(
                new EnvironmentVariables(
                    environmentVariables.inherited(),
                    environmentVariables.declared(),
                    environmentVariables.removed(),
                    environmentVariables.filter(),
                    new ReferencedVariables(List.of(new EnvFile(file, false)), Map.of())))
            .build();
    crash(spec, "one");
    awaitText(dir.resolve("told"), "first,blue,one\n");
    Files.writeString(file, "TOKEN=second\n");
    crash(spec, "two");
    awaitText(dir.resolve("told"), "second,blue,two\n");
    Files.delete(file);
    crash(spec, "three");
    awaitText(dir.resolve("told"), "\n,blue,three\n");
  }

  private long pipes() {
    try (Stream<Path> files = Files.list(dir.resolve("hooks"))) {
      return files.count();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Test
  void hangingCommandIsKilledWithItsTreeAndTheNextOneRuns() {
    deploy(new HookTiming(Duration.ofMillis(300), Duration.ofSeconds(5), RetryPlan.USUAL));
    AppSpec spec =
        spec(
            Map.of(
                HookEvent.CRASH,
                List.of(script("echo $JPM_REASON >> runs; sleep 600 & sleep 600")),
                HookEvent.ERRORED,
                List.of(script("echo errored >> runs"))));
    crash(spec, "first");
    awaitText(dir.resolve("runs"), "first");
    crash(spec, "second");
    awaitText(dir.resolve("runs"), "second");
    publish(Kind.ERRORED, spec, Phase.ERRORED, "16 tries");
    awaitText(dir.resolve("runs"), "errored");
    Eventually.await(
        "no process of the hooks is left",
        TIMEOUT,
        () -> host.findTagged(dir + ":hook ").isEmpty(),
        () -> host.findTagged(dir + ":hook "));
  }

  @Test
  void commandOfADeadDaemonIsEnded() throws IOException {
    Path pipe = Files.createDirectories(dir.resolve("hooks")).resolve("1-0");
    var printed = new LogPipe(pipe, Path.of("/dev/null"));
    try (var former = new LinuxProcessHost()) {
      assertThat(
              former.spawn(
                  new SpawnRequest(
                      Path.of("/bin/sh"),
                      List.of("sh", "-c", "sleep 600; exit 1"),
                      Map.of(),
                      dir,
                      printed,
                      printed,
                      HookCommands.tagPrefix(dir) + "1-0:1"),
                  new RecordedWatcher()))
          .isInstanceOf(SpawnResult.Started.class);
      assertThat(host.findTagged(HookCommands.tagPrefix(dir))).hasSize(1);
      deploy(new HookTiming(Duration.ofMillis(10), Duration.ofSeconds(5), RetryPlan.USUAL));
      Eventually.await(
          "the command is ended",
          TIMEOUT,
          () -> host.findTagged(HookCommands.tagPrefix(dir)).isEmpty());
      assertThat(pipe).doesNotExist();
    }
  }

  @Test
  void burstOfEventsIsNotifiedInPartAndCounted() {
    deploy(TIMING);
    AppSpec spec =
        spec(
            Map.of(
                HookEvent.CRASH,
                List.of(
                    script(
                        "echo $JPM_REASON-$JPM_MISSED >> runs; until [ -e go ]; do sleep 0.02; done"))));
    crash(spec, "1");
    awaitText(dir.resolve("runs"), "1-0");
    for (int i = 2; i <= 100; i++) {
      crash(spec, Integer.toString(i));
    }
    // The event LIMIT is published last: when its command runs, all crashes have been processed.
    AppSpec both =
        spec.toBuilder()
            .hooks(
                new Hooks(
                    Map.of(
                        HookEvent.CRASH,
                        spec.hooks().actions().getOrDefault(HookEvent.CRASH, List.of()),
                        HookEvent.LIMIT,
                        List.of(script("touch go")))))
            .build();
    publish(Kind.LIMIT, both, Phase.ONLINE, "too much");
    awaitText(dir.resolve("runs"), "100-98");
    assertThat(read(dir.resolve("runs")).lines()).containsExactly("1-0", "100-98");
  }

  @Test
  void missingCommandDoesNotPreventTheNextOne() {
    deploy(TIMING);
    AppSpec spec =
        spec(
            Map.of(
                HookEvent.CRASH,
                List.of(
                    new Exec(List.of("there-is-no-such-program")), script("echo ran >> runs"))));
    crash(spec, "x");
    awaitText(dir.resolve("runs"), "ran");
  }

  @Test
  void webhookReceivesTheEventWithItsSequenceNumber() {
    deploy(TIMING);
    URI url = server(request -> request.response().end());
    AppSpec spec = spec(Map.of(HookEvent.CRASH, List.of(new Webhook(url))));
    publish(Kind.ONLINE, spec, Phase.ONLINE, "started by start");
    crash(spec, "SIGKILL after 3 s");
    Eventually.await("the event is posted", TIMEOUT, () -> !posted.isEmpty());
    JsonObject body = posted.getFirst();
    assertThat(body.getMap())
        .containsEntry("v", 1)
        .containsEntry("seq", 2)
        .containsEntry("event", "exit")
        .containsEntry("on", "crash")
        .containsEntry("app", "web")
        .containsEntry("id", 7)
        .containsEntry("pid", 4107)
        .containsEntry("reason", "SIGKILL after 3 s")
        .containsEntry("exit_signal", "SIGKILL")
        .containsEntry("missed", 0);
  }

  @Test
  void webhookIsRetriedAfterAServerErrorButNotAfterARefusal() {
    deploy(TIMING);
    var crashes = new AtomicInteger();
    URI url =
        server(request -> {
          boolean crash = posted.getLast().getString("on").equals("crash");
          boolean first = crash && crashes.incrementAndGet() == 1;
          request.response().setStatusCode(first ? 503 : crash ? 204 : 404).end();
        });
    AppSpec spec =
        spec(
            Map.of(
                HookEvent.ERRORED, List.of(new Webhook(url)),
                HookEvent.CRASH, List.of(new Webhook(url))));
    publish(Kind.ERRORED, spec, Phase.ERRORED, "16 tries");
    Eventually.await("errored is posted", TIMEOUT, () -> posted.size() == 1);
    crash(spec, "once more");
    Eventually.await("crash is posted twice", TIMEOUT, () -> posted.size() == 3, posted::size);
    assertThat(posted.stream().map(body -> body.getString("on")))
        .containsExactly("errored", "crash", "crash");
  }

  /// Subscribers of God other than History can receive an event late.
  @Test
  void eventFromHistoryIsSufficient() {
    deploy(TIMING);
    URI url = server(request -> request.response().end());
    var deliveries = new AtomicInteger();
    vertx
        .eventBus()
        .addInboundInterceptor(delivery -> {
          boolean late =
              delivery.message().address().equals(Addresses.GOD_EVENTS)
                  && deliveries.incrementAndGet() > 1;
          if (late) {
            vertx.setTimer(500, _ -> delivery.next());
          } else {
            delivery.next();
          }
        });
    crash(spec(Map.of(HookEvent.CRASH, List.of(new Webhook(url)))), "the first that is heard");
    Eventually.await("the event is posted", TIMEOUT, () -> !posted.isEmpty());
    assertThat(posted.getFirst().getString("reason")).isEqualTo("the first that is heard");
  }

  @Test
  void aRedirectIsNotFollowed() {
    deploy(TIMING);
    URI elsewhere = server(request -> request.response().end());
    URI url =
        server(request ->
            request
                .response()
                .setStatusCode(307)
                .putHeader("location", elsewhere.toString())
                .end());
    AppSpec spec = spec(Map.of(HookEvent.CRASH, List.of(new Webhook(url), script("touch done"))));
    crash(spec, "one");
    Eventually.await("the first event is posted", TIMEOUT, () -> posted.size() == 1);
    crash(spec, "two");
    Eventually.await("the second event is posted", TIMEOUT, () -> posted.size() == 2);
    assertThat(posted.stream().map(body -> body.getString("reason"))).containsExactly("one", "two");
  }

  @Test
  void appThatStaysOnlineAfterACrashHasRecovered() {
    deploy(TIMING);
    URI url = server(request -> request.response().end());
    AppSpec spec = spec(Map.of(HookEvent.RECOVERED, List.of(new Webhook(url))));
    publish(Kind.ONLINE, spec, Phase.ONLINE, "started by start");
    crash(spec, "exit 1 after 3 s");
    publish(Kind.ONLINE, spec, Phase.ONLINE, "restart 1/16");
    Eventually.await("the event is posted", TIMEOUT, () -> !posted.isEmpty());
    assertThat(posted.getFirst().getString("event")).isEqualTo("recovered");
    assertThat(posted.getFirst().getString("reason"))
        .isEqualTo("online for 1 ms again, after: exit 1 after 3 s");
  }
}
