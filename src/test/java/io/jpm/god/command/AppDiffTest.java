package io.jpm.god.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppChange.Kind;
import io.jpm.god.change.InstanceReconciler;
import io.jpm.god.command.AppDiff.Present;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.BalancingMode;
import io.jpm.model.Check;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.EnvFile;
import io.jpm.model.Health;
import io.jpm.model.Hooks;
import io.jpm.model.InheritFilter;
import io.jpm.model.Instances;
import io.jpm.model.LineFormat;
import io.jpm.model.ListenAddress;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.Readiness;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.model.Secret;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.Triggers;
import io.jpm.model.Variables;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.spec.SpecField;
import io.jpm.spec.SpecField.Effect;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Differences between a running app and its process file, and the actions that they require.
class AppDiffTest {
  private static final AppSpec PLAIN =
      AppSpec.of(
              new AppName("web"),
              new Command(Path.of("/a"), Optional.empty(), List.of(), List.of("x")),
              Path.of("/"))
          .variables(Variables.declared(Map.of("PORT", "3000")))
          .build();

  /// A spec in which every value differs from [#PLAIN].
  private static final AppSpec OTHER = other();

  private static AppSpec other() {
    Path file = Path.of("/f");
    Check check = new Check.Tcp("127.0.0.1", "80");
    Duration second = Duration.ofSeconds(1);
    var rhythm = new Check.Rhythm(second, second, 1, 1, Duration.ZERO);
    return AppSpec.of(
            new AppName("other"),
            new Command(Path.of("/b"), Optional.of(Path.of("/i")), List.of("-i"), List.of("y")),
            Path.of("/tmp"))
        .namespace("n")
        .variables(
            new Variables(
                Map.of("I", "1"),
                Map.of("PORT", "3001"),
                Set.of("R"),
                new InheritFilter(true, Optional.empty(), List.of()),
                new ReferencedVariables(
                    List.of(new EnvFile(file, false)), Map.of("S", new Secret.InFile(file)))))
        .runAs(
            new RunAs(
                Optional.of("u"),
                Optional.of("g"),
                OptionalInt.of(1),
                OptionalInt.of(1),
                new Sandbox(
                    Optional.of(true),
                    Optional.of(List.of("chown")),
                    Seccomp.DEFAULT,
                    true,
                    List.of(new ReadOnlyPath(Path.of("/srv"), false)))))
        .instances(new Instances(2, "N", Optional.of("C")))
        .cluster(
            new Cluster(
                true,
                BalancingMode.PROXY,
                Optional.of(Strategy.LEAST_CONN),
                OptionalInt.of(80),
                List.of(ListenAddress.any(80)),
                Duration.ofMillis(1),
                ProxyProtocol.V1))
        .autostart(false)
        .restart(
            new RestartPolicy(
                RestartPolicy.When.NEVER,
                1,
                Duration.ofMillis(1),
                new Backoff.Constant(Duration.ofMillis(1)),
                Set.of(1)))
        .stop(new StopPolicy(Signal.SIGTERM, Duration.ofMillis(1), false, true, List.of("c")))
        .readiness(new Readiness(true, Duration.ofMillis(1)))
        .health(
            new Health(
                Optional.of(
                    new Health.Startup(check, Duration.ofSeconds(1), Duration.ofSeconds(1))),
                Optional.of(new Health.Probe(check, rhythm)),
                Optional.of(new Health.Probe(check, rhythm))))
        .limits(
            new ResourceLimits(
                OptionalLong.of(1), OptionalLong.of(1), OptionalDouble.of(1), Map.of("core", 1L)))
        .hooks(new Hooks(Map.of(Hooks.Occasion.CRASH, List.of(new Hooks.Exec(List.of("mail"))))))
        .triggers(
            new Triggers(
                Optional.of(new Triggers.Schedule("* * * * *", ZoneId.of("UTC"))),
                Optional.of(new Triggers.Watch(List.of(file), List.of(), Duration.ZERO)),
                OptionalLong.of(1)))
        .dependsOn(Map.of(new AppName("db"), StartCondition.READY))
        .logs(
            new LogFiles(
                Optional.of(file),
                Optional.of(file),
                Optional.of(file),
                true,
                true,
                new LineFormat.Json(Optional.empty()),
                new LogLimits.Wish(
                    Optional.of(1L),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                true,
                Set.of(file)))
        .texts(
            new PerInstanceTexts(
                Set.of("PORT"), List.of("${PORT}"), List.of("${PORT}"), Map.of("A", "${PORT}")))
        .pidFile(Optional.of(file))
        .build();
  }

  /// Returns the components of [AppSpec]. A component that is a record of the model is replaced by
  /// the components of that record.
  private static List<String> components(Class<?> record, String before) {
    List<String> all = new ArrayList<>();
    for (RecordComponent component : record.getRecordComponents()) {
      Class<?> type = component.getType();
      boolean taken = type.isRecord() && type != AppName.class && type != InheritFilter.class;
      boolean wish = type == LogLimits.Wish.class;
      all.addAll(
          taken && !wish
              ? components(type, before + component.getName() + ".")
              : List.of(before + component.getName()));
    }
    return all;
  }

  @Test
  void everyComponentOfADescriptionIsClassified() {
    assertThat(SpecField.ALL.stream().map(SpecField::component))
        .as("add each new component of a spec to SpecField.ALL")
        .containsExactlyInAnyOrderElementsOf(components(AppSpec.class, ""));
  }

  static Stream<SpecField> fields() {
    return SpecField.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("fields")
  void aChangeOfEachIsSeen(SpecField field) {
    assertThat(field.value().apply(PLAIN)).isNotEqualTo(field.value().apply(OTHER));
    assertThat(field.text(OTHER)).as("text of the value").isNotEmpty();
  }

  @Test
  void eachIsToldByItsName() {
    List<String> changed = fieldsOf(change(OTHER, Phase.ONLINE));
    SpecField.ALL.stream()
        .filter(field -> field.effect() != Effect.NONE && !field.key().equals("env"))
        .forEach(field -> assertThat(changed).contains(field.key()));
    assertThat(changed).contains("env.PORT", "env.R").doesNotHaveDuplicates();
  }

  private static AppChange change(AppSpec wanted, Phase... phases) {
    return change(PLAIN, wanted, phases);
  }

  private static AppChange change(AppSpec running, AppSpec wanted, Phase... phases) {
    return AppDiff.change(
        Stream.of(phases).map(phase -> new Present(running, phase)).toList(), wanted, false);
  }

  private static List<String> fieldsOf(AppChange change) {
    return change.fields().stream().map(AppChange.Field::key).toList();
  }

  private static AppSpec withPort(AppSpec spec, String port) {
    return spec.draft().variables(Variables.declared(Map.of("PORT", port))).build();
  }

  @Test
  void whatIsNotThereIsStarted() {
    assertThat(change(PLAIN).kind()).isEqualTo(Kind.START);
  }

  @Test
  void whatIsTheSameIsUnchangedInEveryPhase() {
    for (Phase phase : Phase.values()) {
      assertThat(change(PLAIN, phase).kind()).isEqualTo(Kind.UNCHANGED);
    }
  }

  @Test
  void thePolicyOfARunningProcessChangesLive() {
    AppSpec wanted = PLAIN.draft().restart(OTHER.restart()).stop(OTHER.stop()).build();
    AppChange change = change(wanted, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(change.fields())
        .contains(
            new AppChange.Field("max_restarts", "16", "1"),
            new AppChange.Field("kill_timeout", "1600ms", "1ms"),
            new AppChange.Field("kill_signal", "SIGINT", "SIGTERM"));
  }

  @Test
  void checksChangeLiveUnlessTheProcessIsToBeToldWhomToNotify() {
    AppSpec checked = PLAIN.draft().health(OTHER.health()).build();
    AppChange change = change(checked, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(fieldsOf(change)).containsExactlyInAnyOrder("startup", "readiness", "liveness");
    Health.Probe probe = OTHER.health().liveness().orElseThrow();
    Health notified =
        new Health(
            Optional.empty(),
            Optional.empty(),
            Optional.of(new Health.Probe(new Check.Notify(), probe.rhythm())));
    AppSpec notifying = PLAIN.draft().health(notified).build();
    assertThat(change(checked, notifying, Phase.ONLINE).kind()).isEqualTo(Kind.RESTART);
    assertThat(AppDiff.needsProcess(checked, notifying)).isTrue();
    assertThat(change(notifying, checked, Phase.ONLINE).kind()).isEqualTo(Kind.LIVE);
    assertThat(AppDiff.needsProcess(notifying, checked)).isFalse();
    Health more = new Health(Optional.empty(), Optional.of(probe), notified.liveness());
    assertThat(change(notifying, PLAIN.draft().health(more).build(), Phase.ONLINE).kind())
        .isEqualTo(Kind.RESTART);
  }

  @Test
  void anotherVariableRestartsOrReplaces() {
    AppChange change = change(withPort(PLAIN, "3001"), Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.RESTART);
    assertThat(change.fields()).containsExactly(new AppChange.Field("env.PORT", "3000", "3001"));
    AppSpec shared = PLAIN.draft().cluster(Cluster.auto()).build();
    assertThat(change(shared, withPort(shared, "3001"), Phase.ONLINE).kind())
        .isEqualTo(Kind.ROLLING);
    assertThat(change(PLAIN, withPort(shared, "3001"), Phase.ONLINE).kind())
        .as("a process that holds its port alone cannot be replaced without a gap")
        .isEqualTo(Kind.RESTART);
  }

  @Test
  void onlyTheNumberOfInstancesScales() {
    AppChange change = change(InstanceReconciler.counting(PLAIN, 3), Phase.ONLINE, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.SCALE);
    assertThat(change.fields()).containsExactly(new AppChange.Field("instances", "2", "3"));
  }

  @Test
  void whatIsStoppedStaysSoWhateverChanges() {
    AppChange change = change(withPort(PLAIN, "3001"), Phase.STOPPED);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(change.stopped()).isTrue();
    assertThat(change(withPort(PLAIN, "1"), Phase.STOPPED, Phase.ONLINE).kind())
        .isEqualTo(Kind.RESTART);
    assertThat(change(withPort(PLAIN, "1"), Phase.ERRORED).kind()).isEqualTo(Kind.RESTART);
  }

  @Test
  void whatAReloadHasLeftBehindIsStillToBeReplaced() {
    AppSpec shared = PLAIN.draft().cluster(Cluster.auto()).build();
    AppSpec wanted = InstanceReconciler.counting(withPort(shared, "3001"), 2);
    AppChange change =
        AppDiff.change(
            List.of(
                new Present(wanted, Phase.ONLINE),
                new Present(InstanceReconciler.counting(shared, 2), Phase.ONLINE)),
            wanted,
            false);
    assertThat(change.kind()).isEqualTo(Kind.ROLLING);
  }

  @Test
  void theShellOfWhoeverAppliesTheFileChangesNothing() {
    Variables first =
        new Variables(Map.of("TERM", "xterm"), Map.of(), Set.of(), InheritFilter.NOTHING);
    Variables second = new Variables(Map.of(), Map.of(), Set.of(), InheritFilter.NOTHING);
    AppSpec running = PLAIN.draft().variables(first).build();
    AppSpec wanted = PLAIN.draft().variables(second).build();
    assertThat(change(running, wanted, Phase.ONLINE).kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(AppDiff.settled(running, wanted)).isEqualTo(running);
  }
}
