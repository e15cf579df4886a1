package io.jpm.god.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppChange.Kind;
import io.jpm.god.command.AppDiff.Present;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.Hooks;
import io.jpm.model.InheritFilter;
import io.jpm.model.InstanceSettings;
import io.jpm.model.LineFormat;
import io.jpm.model.ListenAddress;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.model.SecretSource;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.Triggers;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.spec.SpecField;
import io.jpm.spec.SpecField.ChangeEffect;
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
      AppSpec.builder(
              new AppName("web"),
              new AppCommand(Path.of("/a"), Optional.empty(), List.of(), List.of("x")),
              Path.of("/"))
          .variables(EnvironmentVariables.declared(Map.of("PORT", "3000")))
          .build();

  /// A spec in which every value differs from [#PLAIN].
  private static final AppSpec OTHER = other();

  private static AppSpec other() {
    Path file = Path.of("/f");
    ProbeHandler probeHandler = new ProbeHandler.Tcp("127.0.0.1", "80");
    Duration second = Duration.ofSeconds(1);
    var probeTiming = new ProbeHandler.ProbeTiming(second, second, 1, 1, Duration.ZERO);
    return AppSpec.builder(
            new AppName("other"),
            new AppCommand(Path.of("/b"), Optional.of(Path.of("/i")), List.of("-i"), List.of("y")),
            Path.of("/tmp"))
        .namespace("n")
        .variables(
            new EnvironmentVariables(
                Map.of("I", "1"),
                Map.of("PORT", "3001"),
                Set.of("R"),
                new InheritFilter(true, Optional.empty(), List.of()),
                new ReferencedVariables(
                    List.of(new EnvFile(file, false)),
                    Map.of("S", new SecretSource.FromFile(file)))))
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
        .instances(new InstanceSettings(2, "N", Optional.of("C")))
        .cluster(
            new ClusterSettings(
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
        .readiness(new ReadinessPolicy(true, Duration.ofMillis(1)))
        .health(
            new HealthProbes(
                Optional.of(
                    new HealthProbes.StartupProbe(
                        probeHandler, Duration.ofSeconds(1), Duration.ofSeconds(1))),
                Optional.of(new HealthProbes.Probe(probeHandler, probeTiming)),
                Optional.of(new HealthProbes.Probe(probeHandler, probeTiming))))
        .limits(
            new ResourceLimits(
                OptionalLong.of(1), OptionalLong.of(1), OptionalDouble.of(1), Map.of("core", 1L)))
        .hooks(new Hooks(Map.of(Hooks.HookEvent.CRASH, List.of(new Hooks.Exec(List.of("mail"))))))
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
                new LogLimits.Overrides(
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
      boolean wish = type == LogLimits.Overrides.class;
      all.addAll(
          taken && !wish
              ? components(type, before + component.getName() + ".")
              : List.of(before + component.getName()));
    }
    return all;
  }

  @Test
  void everyComponentOfASpecIsInSpecField() {
    assertThat(SpecField.ALL.stream().map(SpecField::component))
        .as("add each new component of a spec to SpecField.ALL")
        .containsExactlyInAnyOrderElementsOf(components(AppSpec.class, ""));
  }

  static Stream<SpecField> fields() {
    return SpecField.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("fields")
  void changeOfEachFieldIsDetected(SpecField field) {
    assertThat(field.value().apply(PLAIN)).isNotEqualTo(field.value().apply(OTHER));
    assertThat(field.text(OTHER)).as("text of the value").isNotEmpty();
  }

  @Test
  void eachChangeIsReportedUnderItsKey() {
    List<String> changed = changedKeys(change(OTHER, Phase.ONLINE));
    SpecField.ALL.stream()
        .filter(field -> field.effect() != ChangeEffect.NONE && !field.key().equals("env"))
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

  private static List<String> changedKeys(AppChange change) {
    return change.fields().stream().map(AppChange.Field::key).toList();
  }

  private static AppSpec withPort(AppSpec spec, String port) {
    return spec.toBuilder().variables(EnvironmentVariables.declared(Map.of("PORT", port))).build();
  }

  @Test
  void missingAppIsStarted() {
    assertThat(change(PLAIN).kind()).isEqualTo(Kind.START);
  }

  @Test
  void sameSpecIsUnchangedInEveryPhase() {
    for (Phase phase : Phase.values()) {
      assertThat(change(PLAIN, phase).kind()).isEqualTo(Kind.UNCHANGED);
    }
  }

  @Test
  void policyOfARunningProcessChangesLive() {
    AppSpec wanted = PLAIN.toBuilder().restart(OTHER.restart()).stop(OTHER.stop()).build();
    AppChange change = change(wanted, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(change.fields())
        .contains(
            new AppChange.Field("max_restarts", "16", "1"),
            new AppChange.Field("kill_timeout", "1600ms", "1ms"),
            new AppChange.Field("kill_signal", "SIGINT", "SIGTERM"));
  }

  @Test
  void probesChangeLiveUnlessTheProcessNeedsANotifySocket() {
    AppSpec checked = PLAIN.toBuilder().health(OTHER.health()).build();
    AppChange change = change(checked, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(changedKeys(change)).containsExactlyInAnyOrder("startup", "readiness", "liveness");
    HealthProbes.Probe probe = OTHER.health().liveness().orElseThrow();
    HealthProbes notified =
        new HealthProbes(
            Optional.empty(),
            Optional.empty(),
            Optional.of(new HealthProbes.Probe(new ProbeHandler.Notify(), probe.rhythm())));
    AppSpec notifying = PLAIN.toBuilder().health(notified).build();
    assertThat(change(checked, notifying, Phase.ONLINE).kind()).isEqualTo(Kind.RESTART);
    assertThat(AppDiff.needsProcess(checked, notifying)).isTrue();
    assertThat(change(notifying, checked, Phase.ONLINE).kind()).isEqualTo(Kind.LIVE);
    assertThat(AppDiff.needsProcess(notifying, checked)).isFalse();
    HealthProbes more = new HealthProbes(Optional.empty(), Optional.of(probe), notified.liveness());
    assertThat(change(notifying, PLAIN.toBuilder().health(more).build(), Phase.ONLINE).kind())
        .isEqualTo(Kind.RESTART);
  }

  @Test
  void changedVariableRestartsOrReplacesTheProcesses() {
    AppChange change = change(withPort(PLAIN, "3001"), Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.RESTART);
    assertThat(change.fields()).containsExactly(new AppChange.Field("env.PORT", "3000", "3001"));
    AppSpec shared = PLAIN.toBuilder().cluster(ClusterSettings.auto()).build();
    assertThat(change(shared, withPort(shared, "3001"), Phase.ONLINE).kind())
        .isEqualTo(Kind.ROLLING);
    assertThat(change(PLAIN, withPort(shared, "3001"), Phase.ONLINE).kind())
        .as("a process that holds its port alone cannot be replaced without a gap")
        .isEqualTo(Kind.RESTART);
  }

  @Test
  void changedInstanceCountAloneScales() {
    AppChange change =
        change(InstanceReconciler.withInstanceCount(PLAIN, 3), Phase.ONLINE, Phase.ONLINE);
    assertThat(change.kind()).isEqualTo(Kind.SCALE);
    assertThat(change.fields()).containsExactly(new AppChange.Field("instances", "2", "3"));
  }

  @Test
  void stoppedAppStaysStoppedWhateverChanges() {
    AppChange change = change(withPort(PLAIN, "3001"), Phase.STOPPED);
    assertThat(change.kind()).isEqualTo(Kind.LIVE);
    assertThat(change.stopped()).isTrue();
    assertThat(change(withPort(PLAIN, "1"), Phase.STOPPED, Phase.ONLINE).kind())
        .isEqualTo(Kind.RESTART);
    assertThat(change(withPort(PLAIN, "1"), Phase.ERRORED).kind()).isEqualTo(Kind.RESTART);
  }

  @Test
  void instanceThatAReloadSkippedIsStillReplaced() {
    AppSpec shared = PLAIN.toBuilder().cluster(ClusterSettings.auto()).build();
    AppSpec wanted = InstanceReconciler.withInstanceCount(withPort(shared, "3001"), 2);
    AppChange change =
        AppDiff.change(
            List.of(
                new Present(wanted, Phase.ONLINE),
                new Present(InstanceReconciler.withInstanceCount(shared, 2), Phase.ONLINE)),
            wanted,
            false);
    assertThat(change.kind()).isEqualTo(Kind.ROLLING);
  }

  @Test
  void inheritedVariablesOfTheCallerAreNotAChange() {
    EnvironmentVariables first =
        new EnvironmentVariables(
            Map.of("TERM", "xterm"), Map.of(), Set.of(), InheritFilter.NOTHING);
    EnvironmentVariables second =
        new EnvironmentVariables(Map.of(), Map.of(), Set.of(), InheritFilter.NOTHING);
    AppSpec running = PLAIN.toBuilder().variables(first).build();
    AppSpec wanted = PLAIN.toBuilder().variables(second).build();
    assertThat(change(running, wanted, Phase.ONLINE).kind()).isEqualTo(Kind.UNCHANGED);
    assertThat(AppDiff.withInherited(running, wanted)).isEqualTo(running);
  }
}
