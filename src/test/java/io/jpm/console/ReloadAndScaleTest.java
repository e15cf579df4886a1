package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodCommand.Reload;
import io.jpm.bus.god.GodCommand.Scale;
import io.jpm.bus.god.GodCommand.Scale.Step;
import io.jpm.bus.god.GodCommand.StartApps;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.bus.god.InstanceView;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.console.file.AppSource;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.InstanceId;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleChunk;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests `jpm reload`, `startOrReload`, `startOrRestart` and `scale`, and what `describe` reports
/// of cluster mode.
class ReloadAndScaleTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);
  private final List<Optional<String>> environments = new CopyOnWriteArrayList<>();
  private volatile AppsOutcome file = new AppsOutcome(List.of(), List.of(), List.of());

  @BeforeEach
  void deploy() throws InterruptedException, ExecutionException, TimeoutException {
    BusCodec.install(vertx);
    var context = Instances.console(ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, new SingleFileSource(), FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    for (int id = 0; id < 2; id++) {
      services.instances.add(Instances.online(id, Instances.cluster("web", 2), id));
    }
    services.instances.add(Instances.online(2, "job"));
  }

  @AfterEach
  void close() throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private final class SingleFileSource implements AppSource {
    @Override
    public boolean isProcessFile(String word) {
      return word.endsWith(".json");
    }

    @Override
    public AppsOutcome fromFile(
        Path path, Optional<String> environment, CallerContext callerContext) {
      environments.add(environment);
      return file;
    }

    @Override
    public AppsOutcome fromStdin(
        byte[] content, Optional<String> environment, CallerContext callerContext) {
      assertThat(content).asString().isEqualTo("[]");
      return file;
    }

    @Override
    public AppsOutcome fromCommandLine(
        Map<String, Object> attributes, CallerContext callerContext) {
      throw new AssertionError(attributes);
    }
  }

  private ConsoleClient run(String line) {
    return ConsoleClient.run(vertx, line.split(" "));
  }

  private static void assertEnd(ConsoleClient client, int code) {
    assertThat(client.code())
        .describedAs("out: %s%nerr: %s", client.out(), client.err())
        .isEqualTo(code);
  }

  private static AppsOutcome outcome(AppSpec... specs) {
    return new AppsOutcome(List.of(specs), List.of(), List.of());
  }

  private void awaitHeldReload() {
    Eventually.await("a held reply of God", LIMIT, services::isReplyHeld);
  }

  private InstanceView web(int pid, String reason) {
    return Instances.withProcess(services.instances.getFirst(), pid, reason);
  }

  // Reload

  @Test
  void reloadReportsTheReloadedInstancesAndPrintsTheList() {
    ConsoleClient client = run("reload web");
    assertEnd(client, 0);
    assertThat(services.received(Reload.class))
        .containsExactly(new Reload(List.of("web"), List.of(), 1, Optional.empty()));
    assertThat(client.out()).contains("[jpm] Reloaded web (ids 0, 1)\n", "│ web", "│ cluster");
    assertThat(client.chunks().getFirst()).isInstanceOf(ConsoleChunk.KeepAlive.class);
  }

  @Test
  void selectorsAndOptionsAreSentToGod() {
    assertEnd(run("reload web 2 --parallel 3 --update-env --force"), 0);
    assertThat(services.received(Reload.class))
        .containsExactly(
            new Reload(List.of("web", "2"), List.of(), 3, Optional.of(Map.of("PATH", "/usr/bin"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          reload web --parallel 0      | --parallel "0" is not valid: use a number from 1 to 10000
          reload web --parallel some   | --parallel "some" is not valid: use a number from 1 to 10000
          reload web --env production  | --env requires a process file, but web is not one: omit --env
          startOrReload web            | jpm startOrReload requires a process file, but web is not one
          startOrRestart web           | jpm startOrRestart requires a process file, but web is not one
          """)
  void invalidReloadIsNotSent(String line, String sentence) {
    ConsoleClient client = run(line);
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][ERROR] " + sentence + "\n");
    assertThat(services.received).isEmpty();
  }

  @Test
  void eachStepIsPrintedWhenItHappens() {
    services.slow = true;
    ConsoleClient client = run("reload web");
    awaitHeldReload();
    services.publishInstanceEvent(Kind.RELOAD, web(412, "pid 412 has replaced pid 400"));
    String step = "[jpm] web 0: pid 412 has replaced pid 400, which has 30 s to finish\n";
    Eventually.await("the printed step", LIMIT, () -> client.out().contains(step));
    assertThat(client.isDone()).isFalse();
    services.publishInstanceEvent(Kind.EXIT, web(400, "pid 400 exited after the reload: exit 0"));
    services.release();
    assertEnd(client, 0);
    assertThat(client.out())
        .containsSubsequence(
            "[jpm] web 0: pid 412 has replaced pid 400",
            "[jpm] web 0: pid 400 exited after the reload: exit 0\n",
            "Reloaded web");
    assertThat(client.err()).isEmpty();
  }

  @Test
  void eventsOfOtherInstancesAreNotPrinted() {
    List<String> delivered = new CopyOnWriteArrayList<>();
    vertx
        .eventBus()
        .<Object>addInboundInterceptor(delivery -> {
          delivered.add(delivery.message().address());
          delivery.next();
        });
    services.slow = true;
    ConsoleClient client = run("reload 0");
    awaitHeldReload();
    services.publishInstanceEvent(Kind.EXIT, web(400, "exit 1, and nobody has replaced it"));
    services.publishInstanceEvent(
        Kind.RELOAD, Instances.withProcess(services.instances.get(1), 413, "another's reload"));
    services.publishInstanceEvent(
        Kind.RELOAD, Instances.withProcess(services.instances.get(2), 414, "another's reload"));
    services.publishInstanceEvent(Kind.ONLINE, web(412, "online"));
    services.release();
    assertEnd(client, 0);
    assertThat(client.out()).startsWith("[jpm] Reloaded web (id 0)\n");
    assertThat(delivered).contains(Addresses.GOD_EVENTS);
    // The command has ended, so it no longer subscribes. Otherwise the console would receive the
    // event before the next command.
    delivered.clear();
    services.publishInstanceEvent(Kind.RELOAD, web(415, "after the end"));
    assertEnd(run("ping"), 0);
    assertThat(delivered).contains(Addresses.CONSOLE).doesNotContain(Addresses.GOD_EVENTS);
  }

  @Test
  void failureIsPrintedAtOnceAndSetsTheExitCode() {
    services.slow = true;
    services.problems =
        command ->
            command instanceof Reload ? List.of("web:1 was not replaced: exit 1") : List.of();
    ConsoleClient client = run("reload web");
    awaitHeldReload();
    services.publishInstanceEvent(Kind.RELOAD, web(412, "pid 412 has replaced pid 400"));
    services.publishInstanceEvent(
        Kind.RELOAD_FAILED,
        Instances.withProcess(
            services.instances.get(1), 401, "the new process did not become ready: exit 1"));
    Eventually.await("the warning", LIMIT, () -> client.err().contains("[WARN] web 1: "));
    assertThat(client.isDone()).isFalse();
    services.release();
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo(
            """
            [jpm][WARN] web 1: the new process did not become ready: exit 1
            [jpm][ERROR] web:1 was not replaced: exit 1
            """);
    assertThat(client.out()).containsSubsequence("Reloaded web (ids 0, 1)", "│ id");
  }

  @Test
  void reloadOfAnUnknownAppFails() {
    ConsoleClient client = run("reload nope");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
  }

  @Test
  void reloadOfAProcessFileAppliesItsCurrentSpecsToListedApps() {
    AppSpec web = Instances.cluster("web", 3);
    file = outcome(web, Instances.spec("new", 1));
    ConsoleClient client = run("reload apps.json job --env production");
    assertEnd(client, 1);
    assertThat(services.received(Reload.class)).isEmpty();
    client = run("reload apps.json --env production --only web");
    assertEnd(client, 0);
    assertThat(environments).contains(Optional.of("production"));
    client = run("reload apps.json job");
    assertEnd(client, 0);
    assertThat(client.err())
        .isEqualTo(
            "[jpm][WARN] these apps in apps.json are not in the list and are skipped: new\n");
    assertThat(services.received(Reload.class))
        .containsExactly(
            new Reload(List.of(), List.of(web), 1, Optional.empty()),
            new Reload(List.of("job"), List.of(web), 1, Optional.empty()));
  }

  @Test
  void stepsOfAppsOfAProcessFileArePrinted() {
    file = outcome(Instances.cluster("web", 2));
    services.slow = true;
    ConsoleClient client = run("reload apps.json");
    awaitHeldReload();
    services.publishInstanceEvent(Kind.RELOAD, web(412, "pid 412 has replaced pid 400"));
    services.release();
    assertEnd(client, 0);
    assertThat(client.out())
        .contains("[jpm] web 0: pid 412 has replaced pid 400, which has 30 s to finish\n");
  }

  @ParameterizedTest
  @CsvSource({
    "update, jpm update interrupted this command",
    "kill, jpm kill interrupted this command"
  })
  void waitingReloadReportsWhyTheDaemonStops(String verb, String told) {
    services.slow = true;
    ConsoleClient client = run("reload web");
    awaitHeldReload();
    services.slow = false; // for the second command
    ConsoleClient other = run(verb);
    assertEnd(client, 1);
    assertThat(client.err()).contains("[jpm][ERROR] " + told);
    assertEnd(other, 0);
    services.release();
  }

  @ParameterizedTest
  @ValueSource(strings = {"startOrReload", "startOrGracefulReload"})
  void startOrReloadStartsAppsThatAreNotListed(String verb) {
    file = outcome(Instances.cluster("web", 2), Instances.spec("new", 1));
    ConsoleClient client = run(verb + " apps.json --parallel 2");
    assertEnd(client, 0);
    assertThat(services.received(Reload.class))
        .containsExactly(
            new Reload(
                List.of(), file.apps(), 2, Optional.empty(), true, verb.contains("Graceful")));
    assertThat(client.out())
        .contains("[jpm] Reloaded new (id 3)", "[jpm] Reloaded web (ids 0, 1)", "│ new");
    assertThat(client.err()).isEmpty();
  }

  @Test
  void gracefulReloadIsAReloadThatStopsOldProcessesByMessage() {
    ConsoleClient client = run("gracefulReload web --parallel 2 --update-env");
    assertEnd(client, 0);
    assertThat(services.received(Reload.class))
        .singleElement()
        .satisfies(reload -> {
          assertThat(reload.targets()).containsExactly("web");
          assertThat(reload.parallel()).isEqualTo(2);
          assertThat(reload.shell()).isPresent();
          assertThat(reload.graceful()).isTrue();
        });
  }

  @Test
  void startOrRestartStartsTheSelectedAppsOfAFile() {
    file = outcome(Instances.spec("job", 1), Instances.spec("new", 1));
    ConsoleClient client = run("startOrRestart apps.json --only new");
    assertEnd(client, 0);
    assertThat(services.received(StartApps.class))
        .containsExactly(
            new StartApps(
                List.of(file.apps().getLast()), ExistingAppPolicy.RESTART, Optional.empty(), true));
    assertThat(client.out()).contains("[jpm] Started new (id 3)", "│ new");
  }

  @Test
  void startOrRestartReportsRestartedAndStartedApps() {
    file = outcome(Instances.spec("job", 1), Instances.spec("new", 1));
    services.instances.add(Instances.stopped(3, "idle"));
    services.startsKnown = true;
    ConsoleClient client = run("startOrRestart apps.json");
    assertEnd(client, 0);
    assertThat(client.out()).contains("[jpm] Restarted job (id 2)\n", "[jpm] Started new (id 4)\n");
  }

  // Scale

  @ParameterizedTest
  @CsvSource({
    "web, 6, TO, 6, 6 instances",
    "web, +2, BY, 2, 4 instances",
    "web, -1, BY, -1, 1 instance",
    "2, 5, TO, 5, 5 instances"
  })
  void scaleSetsTheNumberOfInstances(String app, String word, Step how, int number, String said) {
    ConsoleClient client = run("scale " + app + " " + word);
    assertEnd(client, 0);
    assertThat(services.received(Scale.class)).containsExactly(new Scale(app, how, number, true));
    assertThat(client.out())
        .contains("[jpm] Scaled " + (app.equals("2") ? "job" : app) + " to " + said + "\n", "│ id");
  }

  @Test
  void maxIsOnePerCore() {
    assertEnd(run("scale web max"), 0);
    assertThat(services.received(Scale.class))
        .containsExactly(
            new Scale("web", Step.TO, Runtime.getRuntime().availableProcessors(), true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          scale web 0     | jpm scale web 0 would remove all instances: use 1 or more, or run jpm delete web
          scale web many  | jpm scale web many is not valid: use a number from 1 to 10000, +N, -N or max
          scale web +0    | jpm scale web +0 is not valid: use a number from 1 to 10000, +N, -N or max
          scale web 10001 | jpm scale web 10001 is not valid: use a number from 1 to 10000, +N, -N or max
          scale web       | jpm scale requires an app and a number: jpm scale web 4
          scale web 1 -2  | jpm scale requires an app and a number: jpm scale web 4
          """)
  void invalidScaleIsNotSent(String line, String sentence) {
    ConsoleClient client = run(line);
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][ERROR] " + sentence + "\n");
    assertThat(services.received).isEmpty();
  }

  @Test
  void refusalByGodIsAFailure() {
    services.problems =
        command -> command instanceof Scale ? List.of("web: use 1 or more") : List.of();
    ConsoleClient client = run("scale web -2");
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][ERROR] web: use 1 or more\n");
    assertThat(client.out()).doesNotContain("more");
    ConsoleClient nobody = run("scale nope 2");
    assertEnd(nobody, 1);
    assertThat(services.instances).hasSize(3);
  }

  @Test
  void scaleOfAnUnknownAppFails() {
    ConsoleClient client = run("scale nope 2");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
  }

  // Describe

  @Test
  void describeReportsTheBalancing() {
    services.balance =
        Optional.of(
            new BalancerReply.Status(
                BalancingMode.NODE,
                "the program is node",
                "kernel",
                List.of("0.0.0.0:3000"),
                Map.of("connections", 7L)));
    ConsoleClient client = run("describe 1");
    assertEnd(client, 0);
    assertThat(client.out())
        .containsPattern("exec mode +│ cluster_mode ")
        .containsPattern("balance +│ node, kernel: the program is node ")
        .containsPattern("listens on +│ 0.0.0.0:3000 ")
        .containsPattern("connections +│ 7 ");
    assertThat(services.received(BalancerCommand.GetStatus.class))
        .containsExactly(new BalancerCommand.GetStatus(new AppName("web"), new InstanceId(1)));
  }

  @Test
  void balancerIsNotAskedAboutForkMode() {
    ConsoleClient client = run("describe job");
    assertEnd(client, 0);
    assertThat(client.out()).containsPattern("exec mode +│ fork_mode ").doesNotContain("balance");
    assertThat(services.received(BalancerCommand.GetStatus.class)).isEmpty();
  }

  @Test
  void describeOmitsUnknownBalancing() {
    services.balance = Optional.of(new BalancerReply.Refused("unknown"));
    ConsoleClient client = run("describe 0");
    assertEnd(client, 0);
    assertThat(client.out()).containsPattern("balance +│ auto ").doesNotContain("listens on");
  }
}
