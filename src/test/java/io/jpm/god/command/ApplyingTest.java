package io.jpm.god.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppChange.Kind;
import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.GodHarness;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StartCondition;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// `jpm apply`: changes apps to match their process file with as few actions as possible.
class ApplyingTest extends GodHarness {
  private static final Path FILE = Path.of("/srv/apps.json");

  private GodReply apply(AppSpec... specs) {
    return ask(new GodCommand.Apply(List.of(specs), Optional.of(FILE), false, true, false));
  }

  /// Applies the file as a file watch does.
  private GodReply applyWatchedFile(AppSpec... specs) {
    return ask(new GodCommand.Apply(List.of(specs), Optional.of(FILE), false, false, false));
  }

  private GodReply prune(AppSpec... specs) {
    return ask(new GodCommand.Apply(List.of(specs), Optional.of(FILE), true, true, false));
  }

  private GodReply plan(AppSpec... specs) {
    return ask(new GodCommand.Apply(List.of(specs), Optional.of(FILE), true, true, true));
  }

  private static List<Kind> kinds(GodReply reply) {
    return reply.changes().stream().map(AppChange::kind).toList();
  }

  private static AppSpec withVariable(AppSpec spec, String value) {
    return spec.toBuilder().variables(EnvironmentVariables.declared(Map.of("A", value))).build();
  }

  private static AppSpec restartingOnFailure(AppSpec spec) {
    return spec.toBuilder().restart(spec.restart().with(RestartPolicy.When.ON_FAILURE)).build();
  }

  private List<Integer> pids() {
    return list().stream().map(it -> it.process().orElseThrow().pid()).toList();
  }

  private InstanceView instanceOf(String name) {
    return ask(new GodCommand.Show(List.of(name))).instances().getFirst();
  }

  @Test
  void newAppsAreStartedAndASecondApplyChangesNothing() {
    assertThat(kinds(apply(spec("a"), cluster("b", 2)))).containsExactly(Kind.START, Kind.START);
    List<Integer> before = pids();
    GodReply again = apply(spec("a"), cluster("b", 2));
    assertThat(kinds(again)).containsExactly(Kind.UNCHANGED, Kind.UNCHANGED);
    assertThat(again.problems()).isEmpty();
    assertThat(pids()).isEqualTo(before).hasSize(3);
  }

  @Test
  void planReportsTheSameChangesAndDoesNothing() {
    apply(spec("a"), spec("gone"));
    List<Integer> before = pids();
    GodReply plan = plan(withVariable(spec("a"), "2"), spec("new"));
    assertThat(kinds(plan)).containsExactly(Kind.RESTART, Kind.START, Kind.DELETE);
    assertThat(pids()).isEqualTo(before);
    assertThat(instanceOf("a").spec()).isEqualTo(spec("a"));
    assertThat(prune(withVariable(spec("a"), "2"), spec("new")).changes())
        .isEqualTo(plan.changes());
  }

  @Test
  void changedPolicyAppliesToTheRunningProcess() {
    apply(spec("a"));
    List<Integer> before = pids();
    assertThat(kinds(apply(restartingOnFailure(spec("a"))))).containsExactly(Kind.LIVE);
    assertThat(pids()).isEqualTo(before);
    Objects.requireNonNull(host.processesByTag.get(host.spawns.getFirst().tag()))
        .exit(new Exit.Code(0));
    awaitPhase("a", Phase.STOPPED);
  }

  private void awaitPhase(String name, Phase phase) {
    io.jpm.testing.Eventually.await(
        name + " is " + phase, LONG, () -> instanceOf(name).phase() == phase);
  }

  @Test
  void onlyTheChangedAppReceivesNewProcesses() {
    apply(spec("a"), cluster("b", 2));
    List<Integer> before = pids();
    assertThat(kinds(apply(spec("a"), withVariable(cluster("b", 2), "2"))))
        .containsExactly(Kind.UNCHANGED, Kind.ROLLING);
    List<Integer> after = pids();
    assertThat(after.getFirst()).isEqualTo(before.getFirst());
    assertThat(after.subList(1, 3)).doesNotContainAnyElementsOf(before);
    assertThat(list()).allSatisfy(it -> assertThat(it.phase()).isEqualTo(Phase.ONLINE));
  }

  @Test
  void scalingKeepsTheProcessesOfTheRemainingInstances() {
    apply(spec("a", 2, RestartPolicy.DEFAULT));
    List<Integer> before = pids();
    assertThat(kinds(apply(spec("a", 3, RestartPolicy.DEFAULT)))).containsExactly(Kind.SCALE);
    assertThat(pids()).hasSize(3).containsAll(before);
    assertThat(kinds(apply(spec("a", 1, RestartPolicy.DEFAULT)))).containsExactly(Kind.SCALE);
    assertThat(pids()).containsExactly(before.getFirst());
    assertThat(kinds(apply(spec("a", 1, RestartPolicy.DEFAULT)))).containsExactly(Kind.UNCHANGED);
  }

  @Test
  void stoppedAppStaysStoppedAndReceivesTheNewSpec() {
    apply(spec("a"), spec("b", 2, RestartPolicy.DEFAULT));
    act(Action.STOP, "all");
    GodReply reply = apply(withVariable(spec("a"), "2"), spec("b", 3, RestartPolicy.DEFAULT));
    assertThat(kinds(reply)).containsExactly(Kind.LIVE, Kind.SCALE);
    assertThat(reply.changes()).allMatch(AppChange::stopped);
    assertThat(list()).hasSize(4).allMatch(it -> it.phase() == Phase.STOPPED);
    assertThat(host.spawns).hasSize(3);
    act(Action.START, "a");
    assertThat(host.spawns.getLast().environment()).containsEntry("A", "2");
  }

  @Test
  void failedAppDoesNotPreventTheOthers() {
    AppSpec bad =
        spec(
            "bad",
            1,
            new RestartPolicy(RestartPolicy.When.ALWAYS, 0, Duration.ZERO, Duration.ZERO));
    host.refusal = Optional.of("no such program");
    GodReply failed = apply(bad);
    assertThat(failed.problems()).singleElement().asString().contains("no such program");
    assertThat(failed.changes().getFirst().problem()).isPresent();
    host.refusal = Optional.empty();
    assertThat(kinds(applyWatchedFile(bad, spec("good"))))
        .as("an edit of another app does not start the errored one")
        .containsExactly(Kind.UNCHANGED, Kind.START);
    assertThat(instanceOf("bad").phase()).isEqualTo(Phase.ERRORED);
    GodReply again = apply(bad, spec("good"));
    assertThat(kinds(again)).containsExactly(Kind.START, Kind.UNCHANGED);
    assertThat(again.changes().getFirst().keys()).isEqualTo("status");
    assertThat(instanceOf("bad").phase()).isEqualTo(Phase.ONLINE);
    assertThat(kinds(apply(bad, spec("good")))).containsExactly(Kind.UNCHANGED, Kind.UNCHANGED);
  }

  @Test
  void onlyTheErroredInstanceIsStarted() {
    AppSpec two =
        spec(
            "a",
            2,
            new RestartPolicy(RestartPolicy.When.ALWAYS, 0, Duration.ofHours(1), Duration.ZERO));
    apply(two);
    List<Integer> before = pids();
    host.processesByTag.values().stream()
        .filter(it -> before.getFirst() == it.identity.pid())
        .forEach(it -> it.exit(new Exit.Code(1)));
    io.jpm.testing.Eventually.await(
        "one instance is errored", LONG, () -> list().getFirst().phase() == Phase.ERRORED);
    assertThat(kinds(apply(two))).containsExactly(Kind.START);
    assertThat(list()).allMatch(it -> it.phase() == Phase.ONLINE);
    assertThat(pids().getLast()).isEqualTo(before.getLast());
    assertThat(pids().getFirst()).isNotEqualTo(before.getFirst());
  }

  @Test
  void erroredAppIsStartedWhenItsSpecIsEdited() {
    AppSpec bad =
        spec(
            "bad",
            1,
            new RestartPolicy(RestartPolicy.When.ALWAYS, 0, Duration.ZERO, Duration.ZERO));
    host.refusal = Optional.of("no such program");
    apply(bad);
    host.refusal = Optional.empty();
    assertThat(kinds(applyWatchedFile(restartingOnFailure(bad)))).containsExactly(Kind.START);
    assertThat(instanceOf("bad").phase()).isEqualTo(Phase.ONLINE);
    assertThat(events)
        .anyMatch(it ->
            it.kind() == InstanceEvent.Kind.CONFIG
                && it.instance().reason().equals("apps.json: start (restart, status)"));
  }

  @Test
  void failedRolloutKeepsTheOldProcessAndTheOtherAppsAreApplied() {
    apply(cluster("b", 1), spec("a"));
    List<Integer> before = pids();
    AppSpec neverReady =
        withVariable(cluster("b", 1), "2").toBuilder()
            .readiness(new ReadinessPolicy(true, Duration.ofMillis(20)))
            .build();
    AppSpec after =
        spec("c").toBuilder().dependsOn(Map.of(new AppName("b"), StartCondition.STARTED)).build();
    GodReply reply = apply(neverReady, withVariable(spec("a"), "2"), after);
    assertThat(kinds(reply)).containsExactly(Kind.ROLLING, Kind.RESTART, Kind.START);
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains("b (id 0)", "0 of 1 instances were replaced");
    assertThat(reply.changes().stream().map(it -> it.problem().isPresent()))
        .containsExactly(true, false, false);
    assertThat(instanceOf("b").process().orElseThrow().pid()).isEqualTo(before.getFirst());
    assertThat(instanceOf("b").spec()).isEqualTo(cluster("b", 1));
    assertThat(instanceOf("b").phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceOf("a").process().orElseThrow().pid()).isNotEqualTo(before.getLast());
    assertThat(instanceOf("c").phase()).isEqualTo(Phase.ONLINE);
    assertThat(events)
        .anyMatch(it ->
            it.kind() == InstanceEvent.Kind.CONFIG_FAILED
                && it.instance().spec().name().value().equals("b"));
    assertThat(kinds(plan(neverReady, withVariable(spec("a"), "2"), after)))
        .as("changes of the next apply")
        .containsExactly(Kind.ROLLING, Kind.UNCHANGED, Kind.UNCHANGED);
  }

  @Test
  void dependenciesAreStartedFirst() {
    AppSpec web =
        spec("web").toBuilder()
            .dependsOn(Map.of(new AppName("db"), StartCondition.STARTED))
            .build();
    apply(web, spec("db"));
    assertThat(
            events.stream()
                .filter(it -> it.kind() == InstanceEvent.Kind.ONLINE)
                .map(it -> it.instance().spec().name().value()))
        .containsExactly("db", "web");
    assertThat(
            apply(
                    spec("x").toBuilder()
                        .dependsOn(Map.of(new AppName("nobody"), StartCondition.STARTED))
                        .build())
                .problems())
        .singleElement()
        .asString()
        .contains("depends on nobody");
  }

  @Test
  void pruneDeletesOnlyAppsOfTheSameFile() {
    apply(spec("a"), spec("b"));
    start(spec("stranger"));
    ask(
        new GodCommand.Apply(
            List.of(spec("other")), Optional.of(Path.of("/srv/other.json")), false, true, false));
    assertThat(kinds(prune(spec("a")))).containsExactly(Kind.UNCHANGED, Kind.DELETE);
    assertThat(list().stream().map(it -> it.spec().name().value()))
        .containsExactly("a", "stranger", "other");
    act(Action.DELETE, "a");
    start(spec("a"));
    assertThat(kinds(prune(spec("new")))).containsExactly(Kind.START);
  }

  @Test
  void nextDaemonKnowsTheProcessFileOfEachApp() {
    var watchContext =
        new AppFile.WatchContext(
            Path.of("/srv"), Map.of("HOME", "/h"), Optional.of("prod"), Set.of("a"), true);
    apply(spec("a"), spec("b"));
    ask(
        new GodCommand.WatchFile(
            new AppFile(FILE, Set.of(new AppName("a")), Optional.of(watchContext))));
    restartDaemon();
    assertThat(ask(new GodCommand.ListFiles()).files())
        .containsExactly(
            new AppFile(
                FILE, Set.of(new AppName("a"), new AppName("b")), Optional.of(watchContext)));
    act(Action.DELETE, "a", "b");
    assertThat(ask(new GodCommand.ListFiles()).files()).isEmpty();
  }

  @Test
  void configEventsReportWhatAnApplyChanged() {
    apply(spec("a"));
    apply(withVariable(spec("a"), "2"));
    ask(new GodCommand.RejectFile(FILE, List.of("apps.json:3: apps[0].instances: wrong", "more")));
    assertThat(events)
        .anyMatch(it ->
            it.kind() == InstanceEvent.Kind.CONFIG
                && it.instance().reason().equals("apps.json: restart (env.A)"))
        .anyMatch(it ->
            it.kind() == InstanceEvent.Kind.CONFIG_FAILED
                && it.instance()
                    .reason()
                    .equals(
                        "nothing was changed: apps.json:3: apps[0].instances: wrong (and 1 more)"));
  }
}
