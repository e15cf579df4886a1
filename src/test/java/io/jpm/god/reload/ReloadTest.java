package io.jpm.god.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.FakeProcessHost.FakeProcess;
import io.jpm.god.GodHarness;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Check;
import io.jpm.model.Health;
import io.jpm.model.Instances;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Variables;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.model.run.WorkerId;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Replacement of old processes by new ones, and events that may interrupt it.
class ReloadTest extends GodHarness {
  /// Returns an app whose processes are ready when they say so.
  private static AppSpec talking(int instances) {
    return cluster("web", instances)
        .draft()
        .readiness(new Readiness(true, Duration.ofSeconds(30)))
        .build();
  }

  private static GodCommand.Reload reloadOf(String... targets) {
    return new GodCommand.Reload(List.of(targets), List.of(), 1, Optional.empty());
  }

  private static GodCommand.Reload reloadTo(AppSpec... specs) {
    return new GodCommand.Reload(List.of(), List.of(specs), 1, Optional.empty());
  }

  private Future<GodReply> begin(GodCommand command) {
    return vertx
        .eventBus()
        .<GodReply>request(Addresses.GOD_COMMAND, command)
        .map(reply -> reply.body());
  }

  /// Returns the process that was spawned as the `count`-th.
  private FakeProcess made(int count) {
    Eventually.await(count + " are made", LONG, () -> host.spawns.size() >= count);
    String tag = host.spawns.get(count - 1).tag();
    return Objects.requireNonNull(host.made.get(tag));
  }

  private void ready(FakeProcess process) {
    Eventually.await("the balancer knows the process", LONG, () -> isWatched(process));
    process.says("\"ready\"");
  }

  private boolean isWatched(FakeProcess process) {
    return balancer.all(BalancerCommand.Began.class).stream()
        .anyMatch(began -> began.process().equals(process.identity));
  }

  /// Starts an app and brings all its instances online.
  private void startReady(int instances) {
    Future<GodReply> started =
        begin(
            new GodCommand.StartApps(
                List.of(talking(instances)), GodCommand.Existing.REFUSE_RUNNING));
    for (int i = 1; i <= instances; i++) {
      ready(made(i));
    }
    assertThat(await(started).problems()).isEmpty();
  }

  private void awaitEvent(Kind kind, String words) {
    Eventually.await(
        kind + " " + words,
        LONG,
        () ->
            events.stream()
                .anyMatch(it -> it.kind() == kind && it.instance().reason().contains(words)),
        () -> events.toString());
  }

  private void awaitGone(FakeProcess process) {
    Eventually.await(
        "the process has ended", LONG, () -> !host.alive.containsKey(process.identity));
  }

  private static int pid(FakeProcess process) {
    return process.identity.pid();
  }

  private int pidOf(InstanceView instance) {
    return instance.process().orElseThrow().pid();
  }

  private WorkerId workerOf(FakeProcess process) {
    return balancer.all(BalancerCommand.Began.class).stream()
        .filter(began -> began.process().equals(process.identity))
        .findFirst()
        .orElseThrow()
        .worker();
  }

  @Test
  void aNewProcessTakesThePlaceAndTheOldOneFinishesAndEnds() throws Exception {
    startReady(1);
    FakeProcess old = made(1);
    InstanceView before = only();
    events.clear();
    balancer.drains = false;
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    assertThat(pidOf(only())).isEqualTo(pid(old));
    ready(next);
    awaitEvent(Kind.RELOAD, "pid %d has replaced pid %d".formatted(pid(next), pid(old)));
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.all(BalancerCommand.Drain.class).size() == 1);
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(old.signals).isEmpty();
    Path pidFile = home.resolve("pids/web-0.pid");
    Eventually.await(
        "the pid file has the new pid", LONG, () -> read(pidFile).equals(pid(next) + "\n"));
    balancer.drained();
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    InstanceView after = only();
    assertThat(reply.instances()).containsExactly(after);
    assertThat(after.restarts()).isEqualTo(1);
    assertThat(after.createdAt()).isEqualTo(before.createdAt());
    assertThat(after.phase()).isEqualTo(Phase.ONLINE);
    assertThat(old.signals).containsExactly(Signal.SIGINT);
    assertThat(host.running()).containsExactly(next);
    assertThat(host.duplicates).isEmpty();
    assertThat(read(pidFile)).isEqualTo(pid(next) + "\n");
    assertThat(logs.getLast()).isInstanceOf(LogsCommand.Close.class);
    assertThat(((LogsCommand.Close) logs.getLast()).outFifo()).hasToString(fifo(0));
    awaitEvent(Kind.EXIT, "pid %d has ended after the reload".formatted(pid(old)));
    assertThat(events.stream().map(InstanceEvent::kind))
        .containsExactly(Kind.START, Kind.READY, Kind.RELOAD, Kind.EXIT);
    assertThat(events).allMatch(event -> event.kind() != Kind.EXIT || isOnline(event));
    assertThat(balancer.heard.stream().map(it -> it.getClass().getSimpleName()))
        .containsExactly(
            "Prepare",
            "Began",
            "Ready",
            "Lend",
            "Prepare",
            "Began",
            "Ready",
            "Drain",
            "Ended",
            "Released",
            "Return");
    assertThat(Files.readString(home.resolve("state.json"))).doesNotContain("\"role\"");
  }

  @Test
  void inForkModeTheSocketsAreHandedOver() {
    balancer.lending = _ -> new BalancerReply.Handover.Beside("they are handed over", false);
    balancer.preparing =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "", "handover node", true);
    start(spec("web"));
    FakeProcess old = made(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    assertThat(host.running()).containsExactly(old, next);
    Eventually.await("the balancer knows the process", LONG, () -> isWatched(next));
    balancer.listening(balancer.all(BalancerCommand.Began.class).getLast().worker());
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.restarted()).isEmpty();
    assertThat(host.running()).containsExactly(next);
    assertThat(balancer.all(BalancerCommand.Lend.class).getLast().lend()).isTrue();
    assertThat(balancer.all(BalancerCommand.Return.class)).hasSize(1);
  }

  @Test
  void whatCannotShareIsRestartedAndSaysSoBeforeAndAfter() {
    balancer.lending =
        _ ->
            new BalancerReply.Handover.After(
                "thing cannot be given a socket", "set SO_REUSEPORT", Set.of());
    start(spec("web"));
    GodReply reply = await(begin(reloadOf("web")));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.restarted()).containsExactly(only().id());
    assertThat(reply.notes())
        .containsExactly(
            "web (id 0) was restarted with a gap of unknown length, because thing cannot be given a socket");
    assertThat(
            events.stream()
                .filter(event -> event.kind() == Kind.RELOAD_GAP)
                .map(event -> event.instance().reason()))
        .containsExactly(
            "is restarted with a gap, because thing cannot be given a socket (set SO_REUSEPORT)",
            "restarted with a gap of unknown length, because thing cannot be given a socket");
    assertThat(host.duplicates).isEmpty();
  }

  @Test
  void whatListensOnNoPortIsRestarted() {
    start(spec("web"));
    GodReply reply = await(begin(reloadOf("web")));
    assertThat(reply.restarted()).containsExactly(only().id());
    assertThat(reply.notes()).containsExactly("web (id 0) was restarted; it listens on no port");
    assertThat(events).noneMatch(event -> event.kind() == Kind.RELOAD_GAP);
  }

  private static boolean isOnline(InstanceEvent event) {
    return event.instance().phase() == Phase.ONLINE;
  }

  private String fifo(int spawn) {
    return host.spawns.get(spawn).out().fifo().toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException notNow) {
      return "";
    }
  }

  @Test
  void whatListenedBeforeIsReadyWhenItListens() {
    start(cluster("web", 1));
    balancer.listening(workerOf(made(1)));
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    Future<GodReply> reload = begin(reloadOf("0"));
    FakeProcess next = made(2);
    // A late report of the old process, or of another generation, says nothing about the new one.
    balancer.listening(workerOf(made(1)));
    assertThat(pidOf(only())).isNotEqualTo(pid(next));
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.all(BalancerCommand.Began.class).size() == 2);
    balancer.listening(workerOf(next));
    assertThat(await(reload).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  void whatNobodySawListenIsReadyWhenItHasRunForAWhile() {
    RestartPolicy soon =
        new RestartPolicy(RestartPolicy.When.ALWAYS, 16, Duration.ofMillis(20), Duration.ZERO);
    start(cluster("web", 3).draft().restart(soon).build());
    assertThat(ask(reloadOf("web")).problems()).isEmpty();
    assertThat(list()).allMatch(i -> i.restarts() == 1 && i.phase() == Phase.ONLINE);
    assertThat(host.spawns).hasSize(6);
    assertThat(host.running()).hasSize(3);
  }

  private static AppSpec soonStable(int instances, Duration patience) {
    RestartPolicy soon =
        new RestartPolicy(RestartPolicy.When.ALWAYS, 16, Duration.ofMillis(20), Duration.ZERO);
    return cluster("web", instances)
        .draft()
        .restart(soon)
        .readiness(new Readiness(false, patience))
        .build();
  }

  @Test
  void whatIsCertainToListenIsReadyOnlyThenThoughTheOldOneNeverDid() {
    balancer.preparing =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "", "", true);
    start(soonStable(1, Duration.ofMillis(500)));
    assertThat(ask(reloadOf("web")).problems())
        .singleElement()
        .asString()
        .contains(
            "did not become ready: not ready within 500 ms (listen_timeout); pid " + pid(made(1)));
    assertThat(host.running()).containsExactly(made(1));
    Future<GodReply> good = begin(reloadTo(soonStable(1, LONG.multipliedBy(3))));
    FakeProcess next = made(3);
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.all(BalancerCommand.Began.class).size() == 3);
    balancer.listening(workerOf(next));
    assertThat(await(good).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  @Tag("slow")
  void aSiblingThatListensHasTheNextOneWaitedForToo() {
    start(soonStable(2, Duration.ofSeconds(5)));
    balancer.listening(workerOf(made(2)));
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    assertThat(ask(reloadOf("0")).problems())
        .singleElement()
        .asString()
        .contains("not ready within 5 s (listen_timeout)");
  }

  @Test
  void aNewProcessThatEndsLeavesTheOldOneAndTheRest() {
    startReady(3);
    Future<GodReply> reload = begin(reloadOf("web"));
    ready(made(4));
    FakeProcess bad = made(5);
    Eventually.await("one old process has ended", LONG, () -> host.running().size() == 4);
    bad.exit(new Exit.Code(1));
    GodReply reply = await(reload);
    assertThat(reply.problems()).hasSize(1);
    assertThat(reply.problems().getFirst())
        .matches(
            "web \\(id 1\\): the new process did not become ready: exit 1 after .*, before it was ready; pid %d keeps serving, 1 of 3 instances were replaced"
                .formatted(pid(made(2))));
    assertThat(list().stream().map(this::pidOf))
        .containsExactly(pid(made(4)), pid(made(2)), pid(made(3)));
    assertThat(list().stream().map(InstanceView::restarts)).containsExactly(1, 0, 0);
    awaitEvent(Kind.RELOAD_FAILED, "the new process did not become ready: exit 1");
    assertThat(host.spawns).hasSize(5);
    assertThat(events.stream().map(InstanceEvent::kind)).doesNotContain(Kind.STOP, Kind.ERRORED);
  }

  @Test
  void aNewProcessThatIsNotReadyInTimeIsEnded() {
    startReady(1);
    AppSpec hasty =
        talking(1).draft().readiness(new Readiness(true, Duration.ofMillis(100))).build();
    GodReply reply = ask(reloadTo(hasty));
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains("not ready within 100 ms (listen_timeout); pid", "0 of 1 instances");
    assertThat(host.running()).containsExactly(made(1));
    assertThat(only().spec()).isEqualTo(talking(1));
  }

  @Test
  void whatMayBeWrongWithOneThatDoesNotListenInTimeIsTold() {
    start(cluster("web", 1));
    balancer.listening(workerOf(made(1)));
    balancer.preparing =
        _ ->
            new BalancerReply.Prepared(
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                true,
                "nothing listens on 4711",
                "memo",
                false);
    AppSpec hasty =
        cluster("web", 1).draft().readiness(new Readiness(false, Duration.ofMillis(100))).build();
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    GodReply reply = ask(reloadTo(hasty));
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains("not ready within 100 ms (listen_timeout): nothing listens on 4711; pid");
    awaitEvent(Kind.RELOAD_FAILED, "nothing listens on 4711");
  }

  @Test
  void ofOneThatListensNobodySaysThatItDoesNot() {
    start(cluster("web", 1));
    balancer.listening(workerOf(made(1)));
    balancer.preparing =
        _ ->
            new BalancerReply.Prepared(
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                true,
                "nothing listens on 4711",
                "memo",
                true);
    Check.Rhythm rhythm =
        new Check.Rhythm(Duration.ofSeconds(10), Duration.ofSeconds(5), 3, 1, Duration.ZERO);
    Health.Probe probe = new Health.Probe(new Check.Tcp("127.0.0.1", "1"), rhythm);
    AppSpec hasty =
        cluster("web", 1)
            .draft()
            .readiness(new Readiness(false, Duration.ofSeconds(2)))
            .health(new Health(Optional.empty(), Optional.of(probe), Optional.empty()))
            .build();
    Future<GodReply> reply = begin(reloadTo(hasty));
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.all(BalancerCommand.Began.class).size() == 2);
    balancer.listening(workerOf(made(2)));
    assertThat(await(reply).problems())
        .singleElement()
        .asString()
        .contains("not ready within 2 s")
        .doesNotContain("nothing listens");
  }

  @Test
  void aNewProcessThatCannotBeMadeLeavesTheOldOne() {
    startReady(1);
    host.refusal = Optional.of("/bin/thing is not executable");
    assertThat(ask(reloadOf("web")).problems())
        .singleElement()
        .asString()
        .contains("did not become ready: /bin/thing is not executable; pid");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void severalAreReplacedAtATime() {
    startReady(4);
    Future<GodReply> reload =
        begin(new GodCommand.Reload(List.of("web"), List.of(), 3, Optional.empty()));
    for (int i = 5; i <= 7; i++) {
      made(i);
    }
    assertThat(host.spawns).hasSize(7);
    for (int i = 5; i <= 8; i++) {
      ready(made(i));
    }
    assertThat(await(reload).problems()).isEmpty();
    assertThat(list()).allMatch(i -> i.restarts() == 1);
  }

  @Test
  void oneReloadOfAnAppAtATime() {
    startReady(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    assertThat(ask(reloadOf("web")).problems())
        .containsExactly("web is being reloaded or scaled: try again when that is done");
    ready(next);
    assertThat(await(reload).problems()).isEmpty();
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void aStopWins() {
    startReady(2);
    Future<GodReply> reload = begin(reloadOf("web"));
    made(3);
    assertThat(act(Action.STOP, "web").problems()).isEmpty();
    assertThat(host.running()).isEmpty();
    assertThat(await(reload).problems())
        .containsExactly("web (id 0): it was stopped meanwhile, 0 of 2 instances were replaced");
    assertThat(list()).allMatch(i -> i.phase() == Phase.STOPPED);
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void aRestartWins() {
    startReady(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    Future<GodReply> restart = begin(new GodCommand.Act(Action.RESTART, List.of("web")));
    ready(made(3));
    assertThat(await(restart).problems()).isEmpty();
    assertThat(await(reload).problems())
        .singleElement()
        .asString()
        .contains("it was stopped meanwhile");
    awaitGone(next);
    assertThat(host.running()).containsExactly(made(3));
  }

  @Test
  void aDeletionWinsAndEndsWhatIsBesideTheList() {
    startReady(2);
    balancer.drains = false;
    Future<GodReply> reload = begin(reloadOf("web"));
    ready(made(3));
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.all(BalancerCommand.Drain.class).size() == 1);
    assertThat(host.running()).hasSize(3);
    act(Action.DELETE, "web");
    assertThat(host.running()).isEmpty();
    assertThat(list()).isEmpty();
    await(reload);
    assertThat(logs.stream().filter(LogsCommand.Close.class::isInstance)).hasSize(3);
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void jpmKillEndsWhatIsReplacedWhileItEndsOthersFirst() {
    startReady(1);
    AppSpec dependent =
        spec("api")
            .draft()
            .dependsOn(Map.of(new AppName("web"), StartCondition.STARTED))
            .stop(new StopPolicy(Signal.SIGINT, Duration.ofMinutes(1), true))
            .build();
    start(dependent);
    FakeProcess api = made(2);
    host.obedient = false;
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(3);
    Future<GodReply> kill = begin(new GodCommand.EndEverything());
    Eventually.await("api has received a signal", LONG, () -> !api.signals.isEmpty());
    ready(next);
    Future<GodReply> again = begin(reloadOf("web"));
    await(again);
    host.obedient = true;
    api.endsWholly();
    assertThat(await(kill).problems()).isEmpty();
    await(reload);
    assertThat(host.running()).isEmpty();
    assertThat(list()).isEmpty();
  }

  @Test
  void aStopReachesWhatHasTakenThePlaceBeforeItsTurnCame() {
    startReady(1);
    AppSpec dependent =
        spec("api")
            .draft()
            .dependsOn(Map.of(new AppName("web"), StartCondition.STARTED))
            .stop(new StopPolicy(Signal.SIGINT, Duration.ofMinutes(1), true))
            .build();
    start(dependent);
    FakeProcess api = made(2);
    host.obedient = false;
    Future<GodReply> stop = begin(new GodCommand.Act(Action.STOP, List.of("all")));
    Eventually.await("api has received a signal", LONG, () -> !api.signals.isEmpty());
    Future<GodReply> reload = begin(reloadOf("web"));
    ready(made(3));
    assertThat(await(reload).problems()).isEmpty();
    host.obedient = true;
    api.endsWholly();
    GodReply reply = await(stop);
    assertThat(reply.instances()).hasSize(2).allMatch(it -> it.phase() == Phase.STOPPED);
    assertThat(host.running()).isEmpty();
  }

  @Test
  void aFileThatWantsNoneOfWhatIsThereReplacesAll() {
    startReady(3);
    act(Action.DELETE, "0");
    act(Action.DELETE, "1");
    Future<GodReply> reload = begin(reloadTo(talking(1)));
    ready(made(4));
    assertThat(await(reload).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(made(4)));
    Future<GodReply> again = begin(reloadOf("web"));
    ready(made(5));
    assertThat(await(again).problems()).isEmpty();
  }

  @Test
  void jpmKillEndsAllRoles() {
    startReady(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    made(2);
    assertThat(ask(new GodCommand.EndEverything()).problems()).isEmpty();
    await(reload);
    assertThat(host.running()).isEmpty();
  }

  @Test
  void anOldProcessThatCrashesIsRestartedAndThenReplaced() {
    startReady(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    made(1).exit(new Exit.Code(1));
    FakeProcess again = made(3);
    ready(next);
    assertThat(await(reload).problems()).isEmpty();
    awaitGone(again);
    assertThat(host.running()).containsExactly(next);
    assertThat(only().restarts()).isEqualTo(2);
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  void whatIsInForkModeOrStoppedIsRestarted() {
    startReady(1);
    start(spec("api"));
    act(Action.STOP, "web");
    Future<GodReply> reload = begin(reloadOf("all"));
    FakeProcess last = made(4);
    // The two processes may be spawned in either order.
    ready(made(3));
    ready(last);
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(2).allMatch(i -> i.phase() == Phase.ONLINE);
    assertThat(list().getLast().restarts()).isEqualTo(1);
    assertThat(balancer.all(BalancerCommand.Drain.class)).isEmpty();
  }

  @Test
  void aFileBringsItsDescriptionAndItsNumberOfInstances() {
    startReady(2);
    AppSpec other = talking(3).draft().variables(Variables.declared(Map.of("A", "2"))).build();
    Future<GodReply> reload = begin(reloadTo(other, spec("new")));
    FakeProcess third = made(4);
    assertThat(list().getFirst().spec().variables().declared()).containsEntry("A", "1");
    ready(third);
    ready(made(5));
    ready(made(6));
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(4);
    assertThat(list().stream().filter(i -> i.spec().equals(other))).hasSize(3);
    assertThat(host.spawns.getLast().environment()).containsEntry("A", "2");
    AppSpec fewer = other.draft().instances(Instances.of(1)).build();
    Future<GodReply> less = begin(reloadTo(fewer));
    ready(made(7));
    assertThat(await(less).problems()).isEmpty();
    assertThat(list().stream().map(i -> i.spec().name().value())).containsExactly("web", "new");
    assertThat(balancer.all(BalancerCommand.Drain.class)).hasSize(5);
  }

  @Test
  void theShellsVariablesGoIntoTheNewProcess() {
    startReady(1);
    Future<GodReply> reload =
        begin(
            new GodCommand.Reload(
                List.of("web"), List.of(), 1, Optional.of(Map.of("FROM", "shell"))));
    ready(made(2));
    await(reload);
    assertThat(host.spawns.getLast().environment()).containsEntry("FROM", "shell");
    assertThat(host.spawns.getFirst().environment()).doesNotContainKey("FROM");
  }

  private void awaitJournal(String text) {
    Eventually.await(
        "the journal has " + text, LONG, () -> read(home.resolve("state.json")).contains(text));
  }

  @Test
  void theNextDaemonEndsASuccessorAndKeepsTheOldOne() {
    startReady(1);
    begin(reloadOf("web"));
    FakeProcess next = made(2);
    awaitJournal("\"awaiting\":\"READINESS\"");
    reboot();
    awaitGone(next);
    assertThat(host.running()).containsExactly(made(1));
    assertThat(pidOf(only())).isEqualTo(pid(made(1)));
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    awaitEvent(Kind.RELOAD_FAILED, "the daemon ended during the reload");
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("SUCCESSOR"));
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void theNextDaemonLetsASuccessorTakeThePlaceOfOneThatIsGone() {
    startReady(1);
    begin(reloadOf("web"));
    FakeProcess next = made(2);
    awaitJournal("\"awaiting\":\"READINESS\"");
    end();
    host.alive.remove(made(1).identity);
    events.clear();
    boot();
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(only().restarts()).isEqualTo(1);
    next.says("\"ready\"");
    Eventually.await("the instance is online", LONG, () -> only().phase() == Phase.ONLINE);
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("RETIRING"));
    assertThat(host.running()).containsExactly(next);
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void theNextDaemonGoesOnEndingWhatWasReplaced() {
    startReady(1);
    FakeProcess old = made(1);
    balancer.drains = false;
    begin(reloadOf("web"));
    FakeProcess next = made(2);
    ready(next);
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.all(BalancerCommand.Drain.class).size() == 1);
    balancer.drains = true;
    reboot();
    awaitGone(old);
    assertThat(host.running()).containsExactly(next);
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(balancer.all(BalancerCommand.Drain.class)).hasSize(2);
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("RETIRING"));
  }

  @Test
  void whatIsSavedIsOnlyWhatIsInTheList() throws Exception {
    startReady(1);
    Future<GodReply> reload = begin(reloadOf("web"));
    FakeProcess next = made(2);
    assertThat(ask(new GodCommand.Save(false)).instances()).hasSize(1);
    assertThat(Files.readString(home.resolve("dump.json"))).containsOnlyOnce("\"number\"");
    ready(next);
    await(reload);
  }
}
