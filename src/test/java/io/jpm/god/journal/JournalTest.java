package io.jpm.god.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.TagSecret;
import io.jpm.god.instance.Tags;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.FullLogPolicy;
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
import io.jpm.model.RestartWindow;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.model.SecretSource;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.Triggers;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.model.text.TimePattern;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.RestartCounters;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.StopCause;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

public class JournalTest {
  @TempDir Path home;

  private static AppSpec spec(Map<String, String> environment) {
    var appCommand =
        new AppCommand(
            Path.of("/srv/a b.js"),
            Optional.of(Path.of("/usr/bin/node")),
            List.of("--harmony"),
            List.of("x", "", "\"q\"\n"));
    return AppSpec.builder(new AppName("wéb 1"), appCommand, Path.of("/srv"))
        .variables(
            new EnvironmentVariables(
                environment,
                Map.of("OWN", "1"),
                Set.of("GONE"),
                new InheritFilter(false, Optional.of("x"), List.of("AWS")),
                new ReferencedVariables(
                    List.of(
                        new EnvFile(Path.of("/srv/.env"), false),
                        new EnvFile(Path.of("/srv/local?"), true)),
                    Map.of(
                        "DB",
                        new SecretSource.FromFile(Path.of("/run/secrets/db")),
                        "KEY",
                        new SecretSource.FromCredential("key"),
                        "TOKEN",
                        new SecretSource.FromCommand(List.of("pass", "show", "a b"))))))
        .runAs(
            new RunAs(
                Optional.of("www"),
                Optional.of("adm"),
                OptionalInt.of(5),
                OptionalInt.of(027),
                new Sandbox(
                    Optional.of(false),
                    Optional.of(List.of("net_raw")),
                    Seccomp.DEFAULT,
                    true,
                    List.of(
                        new ReadOnlyPath(Path.of("/srv"), false),
                        new ReadOnlyPath(Path.of("/a b"), true)))))
        .instances(new InstanceSettings(2, "NUMBER", Optional.of("PORT")))
        .autostart(false)
        .restart(
            new RestartPolicy(
                RestartPolicy.When.ON_FAILURE,
                3,
                Duration.ofMillis(700),
                new Backoff.Exponential(Duration.ofMillis(100), Duration.ofSeconds(9), 0.1),
                Set.of(0, 3),
                new RestartWindow(7, Duration.ofMinutes(2))))
        .stop(
            new StopPolicy(
                Signal.SIGTERM, Duration.ofSeconds(9), false, true, List.of("./drain", "now")))
        .readiness(new ReadinessPolicy(true, Duration.ofSeconds(4)))
        .triggers(
            new Triggers(
                Optional.of(new Triggers.Schedule("0 3 * * *", ZoneId.of("Europe/Berlin"))),
                Optional.of(
                    new Triggers.Watch(
                        List.of(Path.of("/srv/src")), List.of("*.tmp"), Duration.ofSeconds(1))),
                OptionalLong.of(300L << 20)))
        .dependsOn(Map.of(new AppName("db"), StartCondition.READY))
        .logs(
            new LogFiles(
                Optional.of(Path.of("/tmp/o.log")),
                Optional.empty(),
                Optional.of(Path.of("")),
                false,
                false,
                new LineFormat.Json(Optional.of(TimePattern.TIME)),
                new LogLimits.Overrides(
                    Optional.of(5L << 20),
                    Optional.of(Duration.ofDays(1)),
                    Optional.of(0),
                    Optional.of(Duration.ZERO),
                    Optional.of(9L << 30),
                    Optional.of(false),
                    Optional.of(FullLogPolicy.BLOCK)),
                false,
                Set.of(Path.of("/tmp/pipe"))))
        .texts(
            new PerInstanceTexts(
                Set.of("PORT", "N"),
                List.of("--port", "${PORT}"),
                List.of("-${N}"),
                Map.of("URL", "http://localhost:${PORT}/$${x}")))
        .pidFile(Optional.of(Path.of("/run/my.pid")))
        .namespace("space")
        .build();
  }

  private static JournalEntry entry(int id, Phase phase, Optional<Exit> exit) {
    return entry(id, phase, exit, JournalEntry.BalancingState.NONE);
  }

  public static JournalEntry entry(
      int id, Phase phase, Optional<Exit> exit, JournalEntry.BalancingState balancingState) {
    Instant created = Instant.ofEpochMilli(1_700_000_000_123L);
    return new JournalEntry(
        new InstanceIdentity(
            new InstanceId(id),
            id,
            created,
            created.plusMillis(balancingState.replacementRole() == ReplacementRole.CURRENT ? 0 : 5),
            new TagSecret("0123456789abcdef".repeat(2))),
        spec(Map.of("PATH", "/bin", "ODD", "a=b\n\"ü\udc80")),
        new InstanceState(
            DesiredState.UP,
            phase,
            StartBlocker.READINESS,
            StopCause.FELL,
            true,
            7,
            new RestartCounters(5, 2, 3, new RestartCounters.Failures(4, 0)),
            0,
            exit,
            "because \"x\"",
            "did not exit within 1.6 s: killed"),
        balancingState,
        Optional.of(Instant.ofEpochMilli(1_700_000_000_456L)),
        Optional.of(new ProcessIdentity("boot", 4711, 99)),
        new JournalEntry.ChannelState(
            List.of("purge"),
            balancingState.replacementRole() == ReplacementRole.DRAINING,
            balancingState.replacementRole() == ReplacementRole.DRAINING),
        "1.2.3",
        "3000",
        balancingState.replacementRole() == ReplacementRole.DRAINING);
  }

  private static JournalEntry.Snapshot snapshot(JournalEntry... entries) {
    return new JournalEntry.Snapshot(entries.length, List.of(entries));
  }

  @ParameterizedTest
  @EnumSource(Phase.class)
  void everyPhaseIsReadBack(Phase phase) throws IOException {
    var file = new JournalFile(home);
    var written = snapshot(entry(0, phase, Optional.empty()));
    write(file, written);
    assertThat(file.read()).isEqualTo(written);
  }

  @ParameterizedTest
  @EnumSource(ReplacementRole.class)
  void everyReplacementRoleIsReadBack(ReplacementRole replacementRole) throws IOException {
    var file = new JournalFile(home);
    var written =
        snapshot(
            entry(
                0,
                Phase.ONLINE,
                Optional.empty(),
                new JournalEntry.BalancingState(
                    replacementRole, Optional.of("port 4\"711"), true)));
    write(file, written);
    assertThat(file.read()).isEqualTo(written);
  }

  static Stream<ClusterSettings> clusters() {
    return Stream.of(
        ClusterSettings.FORK,
        ClusterSettings.auto(),
        new ClusterSettings(
            true,
            BalancingMode.LISTEN_FDS,
            Optional.of(Strategy.KERNEL),
            OptionalInt.empty(),
            List.of(ListenAddress.any(80), new ListenAddress("::1", 8000)),
            Duration.ofMillis(1500),
            ProxyProtocol.NONE),
        new ClusterSettings(
            true,
            BalancingMode.PROXY,
            Optional.of(Strategy.LEAST_CONN),
            OptionalInt.of(8080),
            List.of(),
            Duration.ZERO,
            ProxyProtocol.V2));
  }

  static Stream<HealthProbes> healths() {
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(5), Duration.ofMillis(1500), 2, 4, Duration.ofMinutes(1));
    List<ProbeHandler> checks =
        List.of(
            new ProbeHandler.Http(
                "http://x/",
                Map.of("Host", "shop"),
                new ProbeHandler.StatusRange(200, 204),
                Optional.of("ok"),
                false),
            new ProbeHandler.Http(
                "http://x/", Map.of(), ProbeHandler.StatusRange.FINE, Optional.empty(), true),
            new ProbeHandler.Tcp("::1", "${PORT}"),
            new ProbeHandler.Exec(List.of("./check", "x")),
            new ProbeHandler.Log("ready"),
            new ProbeHandler.Notify());
    var startupProbe =
        new HealthProbes.StartupProbe(
            new ProbeHandler.Notify(), Duration.ofMillis(500), Duration.ofSeconds(60));
    return Stream.concat(
        Stream.of(
            HealthProbes.NONE,
            new HealthProbes(Optional.of(startupProbe), Optional.empty(), Optional.empty())),
        checks.stream()
            .map(probeHandler -> Optional.of(new HealthProbes.Probe(probeHandler, probeTiming)))
            .map(probe -> new HealthProbes(Optional.empty(), probe, probe)));
  }

  @ParameterizedTest
  @MethodSource("healths")
  void healthProbesAreReadBack(HealthProbes healthProbes) {
    AppSpec spec = spec(Map.of()).toBuilder().health(healthProbes).build();
    assertThat(SpecJson.read(new JsonObject(SpecJson.write(spec).encode()), Map.of()).health())
        .isEqualTo(healthProbes);
  }

  @Test
  void resourceLimitsAreReadBack() {
    var limits =
        new ResourceLimits(
            OptionalLong.of(512L << 20),
            OptionalLong.empty(),
            OptionalDouble.of(2),
            Map.of("nofile", 65_536L, "core", -1L, "fsize", 1L << 40));
    AppSpec spec = spec(Map.of()).toBuilder().limits(limits).build();
    var json = new JsonObject(SpecJson.write(spec).encode());
    assertThat(SpecJson.read(json, Map.of())).isEqualTo(spec);
  }

  @ParameterizedTest
  @MethodSource("clusters")
  void clusterSettingsAreReadBack(ClusterSettings clusterSettings) {
    AppSpec spec = spec(Map.of()).toBuilder().cluster(clusterSettings).build();
    var json = new JsonObject(SpecJson.write(spec).encode());
    assertThat(SpecJson.read(json, Map.of())).isEqualTo(spec);
  }

  @Test
  void specOfAnOlderVersionIsInForkMode() {
    JsonObject json =
        SpecJson.write(spec(Map.of()).toBuilder().cluster(ClusterSettings.auto()).build());
    json.remove("cluster");
    assertThat(SpecJson.read(json, Map.of()).cluster()).isEqualTo(ClusterSettings.FORK);
  }

  @Test
  void hooksAreReadBack() {
    var hooks =
        new Hooks(
            Map.of(
                Hooks.HookEvent.CRASH,
                List.of(
                    new Hooks.Exec(List.of("page", "the team")),
                    new Hooks.Webhook(URI.create("https://x.example/y?z=1"))),
                Hooks.HookEvent.RECOVERED,
                List.of(new Hooks.Exec(List.of("well")))));
    AppSpec spec = spec(Map.of()).toBuilder().hooks(hooks).build();
    JsonObject json = SpecJson.write(spec);
    assertThat(SpecJson.read(new JsonObject(json.encode()), Map.of())).isEqualTo(spec);
    json.getJsonObject("on").put("comet", json.getJsonObject("on").getJsonArray("crash"));
    assertThat(SpecJson.read(new JsonObject(json.encode()), Map.of())).isEqualTo(spec);
    json.remove("on");
    assertThat(SpecJson.read(new JsonObject(json.encode()), Map.of()).hooks())
        .isEqualTo(Hooks.NONE);
  }

  /// Such a probe was once read as `notify`, so that the app never became ready.
  @Test
  void unknownKindOfProbeIsAnError() {
    var probe =
        new HealthProbes.Probe(
            new ProbeHandler.Tcp("127.0.0.1", "80"),
            new ProbeHandler.ProbeTiming(
                Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, Duration.ZERO));
    var healthProbes = new HealthProbes(Optional.empty(), Optional.of(probe), Optional.empty());
    String text = SpecJson.write(spec(Map.of()).toBuilder().health(healthProbes).build()).encode();
    var later = new JsonObject(text.replace("\"tcp\"", "\"quic\""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SpecJson.read(later, Map.of()))
        .withMessageContaining(
            "health: readiness: expected one of the keys [http, tcp, exec, log, notify]");
  }

  static Stream<Exit> exits() {
    return Stream.of(
        new Exit.Code(3), new Exit.Signalled(9, true), new Exit.Unknown("nobody saw it"));
  }

  @ParameterizedTest
  @MethodSource("exits")
  void everyExitIsReadBack(Exit exit) throws IOException {
    var file = new JournalFile(home);
    var written = snapshot(entry(0, Phase.ONLINE, Optional.of(exit)));
    write(file, written);
    assertThat(file.read()).isEqualTo(written);
  }

  static Stream<LogFiles> logOptions() {
    var none = Optional.<Path>empty();
    var nowhere = Optional.of(Path.of("/dev/null"));
    var raw = LineFormat.RAW;
    var overrides = LogLimits.Overrides.NONE;
    return Stream.of(
        LogFiles.DEFAULT,
        new LogFiles(nowhere, nowhere, nowhere, true, false, raw, overrides, false),
        new LogFiles(none, none, none, false, true, raw, overrides, false),
        new LogFiles(none, none, none, false, false, raw, overrides, true),
        new LogFiles(
            none,
            none,
            none,
            false,
            false,
            new LineFormat.Dated(new TimePattern("HH:mm [\"ü\"]")),
            overrides,
            false),
        new LogFiles(
            none,
            none,
            none,
            false,
            false,
            new LineFormat.Json(Optional.empty()),
            overrides,
            false));
  }

  @ParameterizedTest
  @MethodSource("logOptions")
  void logOptionsAreReadBack(LogFiles logs) {
    AppSpec spec = spec(Map.of()).toBuilder().logs(logs).pidFile(Optional.empty()).build();
    var json = new JsonObject(SpecJson.write(spec).encode());
    assertThat(SpecJson.read(json, Map.of())).isEqualTo(spec);
  }

  @Test
  void specOfAnOlderVersionHasTheDefaultLogOptions() {
    AppSpec spec = spec(Map.of());
    JsonObject json = SpecJson.write(spec);
    Stream.of(
            "log_file",
            "merge_logs",
            "disable_logs",
            "pty",
            "log_type",
            "log_date_format",
            "logs",
            "special_files",
            "pid_file")
        .forEach(json::remove);
    AppSpec old = SpecJson.read(json, Map.of());
    assertThat(old.logs())
        .isEqualTo(LogFiles.to(Optional.of(Path.of("/tmp/o.log")), Optional.empty()));
    assertThat(old.pidFile()).isEmpty();
  }

  @Test
  void sharedEnvironmentIsWrittenOnce() {
    JsonObject json =
        JournalJson.write(
            snapshot(
                entry(0, Phase.ONLINE, Optional.empty()), entry(1, Phase.ONLINE, Optional.empty())),
            new WrittenSpecs());
    assertThat(json.getJsonArray("environments")).hasSize(1);
  }

  @Test
  void missingJournalIsEmpty() {
    assertThat(new JournalFile(home).read()).isEqualTo(JournalEntry.Snapshot.EMPTY);
  }

  private static void write(JournalFile file, JournalEntry.Snapshot snapshot) throws IOException {
    file.put(snapshot);
    file.force();
  }

  static Stream<Integer> lengths() {
    return IntStream.of(0, 1, 10, 100, 500, 700).boxed();
  }

  @ParameterizedTest
  @MethodSource("lengths")
  void truncatedFileFallsBackToThePreviousGeneration(int length) throws IOException {
    var file = new JournalFile(home);
    var first = snapshot(entry(0, Phase.ONLINE, Optional.empty()));
    write(file, first);
    write(file, snapshot(entry(0, Phase.STOPPED, Optional.empty())));
    Path state = home.resolve("state.json");
    byte[] whole = Files.readAllBytes(state);
    assertThat(whole.length).isGreaterThan(length);
    Files.write(state, java.util.Arrays.copyOf(whole, length));
    assertThat(file.read()).isEqualTo(first);
  }

  @Test
  void fileThatIsNotAJournalFallsBack() throws IOException {
    var file = new JournalFile(home);
    var first = snapshot(entry(0, Phase.ONLINE, Optional.empty()));
    write(file, first);
    write(file, snapshot());
    for (String other : List.of("[]", "null", "{}", "{\"v\":0}", "\0\0\0\0", "{\"v\":\"1\"}")) {
      Files.writeString(home.resolve("state.json"), other);
      assertThat(file.read()).as(other).isEqualTo(first);
    }
  }

  @Test
  void journalOfANewerVersionIsRefusedAndKept() throws IOException {
    var file = new JournalFile(home);
    write(file, snapshot(entry(0, Phase.ONLINE, Optional.empty())));
    Files.writeString(home.resolve("state.json"), "{\"v\":3}");
    assertThatThrownBy(file::read).hasMessageContaining("newer jpm");
    assertThat(home.resolve("state.json")).hasContent("{\"v\":3}");
  }

  @Test
  void unreadableJournalIsNotTreatedAsEmpty() throws IOException {
    Files.createDirectory(home.resolve("state.json"));
    assertThatThrownBy(new JournalFile(home)::read).hasMessageContaining("cannot be read");
  }

  @Test
  void onlyTheOwnerCanReadTheJournal() throws IOException {
    write(new JournalFile(home), snapshot());
    assertThat(Files.getPosixFilePermissions(home.resolve("state.json")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void onlyTagsOfThisHomeAndInstanceAreAccepted() {
    Path place = Path.of("/home/me:too/.jpm");
    SupervisedInstance supervisedInstance = instance(new InstanceId(11), specNamed("a"));
    String tag = supervisedInstance.tag(place, 3);
    Tags.InstanceTag instanceTag = Tags.parse(place, tag).orElseThrow();
    assertThat(instanceTag)
        .isEqualTo(
            new Tags.InstanceTag(
                new InstanceId(11), CREATED.toEpochMilli(), supervisedInstance.secret, 3));
    assertThat(supervisedInstance.hasTag(instanceTag)).isTrue();
    assertThat(instance(new InstanceId(1), specNamed("a")).hasTag(instanceTag)).isFalse();
    assertThat(Tags.parse(Path.of("/home/me"), tag)).isEmpty();
    assertThat(Tags.parse(place, place + ":x-1:3")).isEmpty();
    assertThat(Tags.parse(place, place + ":1:3")).isEmpty();
    assertThat(Tags.parse(place, place + ":1-2:2:3")).isEmpty();
  }

  private static final Instant CREATED = Instant.ofEpochMilli(1_700_000_000_000L);

  private SupervisedInstance instance(InstanceId id, AppSpec spec) {
    return new SupervisedInstance(new InstanceIdentity(id, 0, CREATED), spec, home);
  }

  @Test
  void nameTakesPrecedenceOverAnIdAndAnUnknownSelectorIsAProblem() {
    var registry = new Registry();
    List<SupervisedInstance> made = new ArrayList<>();
    for (String name : List.of("web", "0", "api")) {
      InstanceId id = registry.allocateId();
      AppSpec spec = specNamed(name);
      var supervisedInstance = instance(id, spec);
      registry.add(supervisedInstance);
      made.add(supervisedInstance);
    }
    assertThat(registry.select(List.of("0")).found()).containsExactly(made.get(1));
    assertThat(registry.select(List.of("2", "web", "api")).found())
        .containsExactly(made.get(2), made.get(0));
    assertThat(registry.select(List.of("all")).found()).hasSize(3);
    Registry.Selection wrong = registry.select(List.of("wbe", "7", "web"));
    assertThat(wrong.found()).hasSize(1);
    assertThat(wrong.problems()).hasSize(2).first().asString().contains("wbe", "jpm ls");
  }

  private static AppSpec specNamed(String name) {
    AppSpec spec = spec(Map.of());
    return AppSpec.builder(new AppName(name), spec.command(), spec.cwd()).logs(spec.logs()).build();
  }

  @Test
  void idsRestartAtZeroWhenTheListIsEmpty() {
    var registry = new Registry();
    AppSpec spec = specNamed("a");
    InstanceId first = registry.allocateId();
    var supervisedInstance = instance(first, spec);
    registry.add(supervisedInstance);
    assertThat(registry.allocateId()).isEqualTo(new InstanceId(1));
    registry.remove(supervisedInstance);
    assertThat(registry.allocateId()).isEqualTo(new InstanceId(0));
  }
}
