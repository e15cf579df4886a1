package io.jpm.console;

import io.jpm.bus.god.AppReport;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.ProbeReport;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.HealthProbes;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ResourceLimits;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.text.TimePattern;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Sample instances at one fixed time.
public final class Instances {
  public static final Instant NOW = Instant.parse("2026-03-04T10:00:00Z");
  public static final MeasuredUsage LOAD =
      new MeasuredUsage(
          0.34,
          new TreeUsage(
              3, 54_211_379, 14, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty()));

  private Instances() {}

  public static AppSpec spec(String name, int instances) {
    return spec(name, instances, "default");
  }

  public static AppSpec spec(String name, int instances, String namespace) {
    var appCommand =
        new AppCommand(
            Path.of("/srv/app/server.js"),
            Optional.of(Path.of("/usr/bin/node")),
            List.of("--max-old-space-size=200"),
            List.of("--port", "80 80"));
    return AppSpec.builder(new AppName(name), appCommand, Path.of("/srv/app"))
        .variables(
            EnvironmentVariables.declared(Map.of("PASSWORD", "hunter2", "NODE_ENV", "production")))
        .instances(io.jpm.model.InstanceSettings.of(instances))
        .namespace(namespace)
        .build();
  }

  /// Returns an app with probes of each kind and with limits.
  public static AppSpec withProbesAndLimits(String name) {
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(10), Duration.ofSeconds(5), 3, 1, Duration.ZERO);
    var startupProbe =
        new HealthProbes.StartupProbe(
            new ProbeHandler.Tcp("127.0.0.1", "80"), Duration.ofSeconds(1), Duration.ofSeconds(60));
    return spec(name, 1).toBuilder()
        .health(
            new HealthProbes(
                Optional.of(startupProbe),
                Optional.of(new HealthProbes.Probe(new ProbeHandler.Log("ready"), probeTiming)),
                Optional.of(
                    new HealthProbes.Probe(
                        new ProbeHandler.Exec(List.of("./alive", "-q")), probeTiming))))
        .limits(
            new ResourceLimits(
                OptionalLong.of(512 << 20),
                OptionalLong.of(400 << 20),
                OptionalDouble.of(1.5),
                Map.of("nofile", 65_536L, "core", -1L, "cpu", 60L, "stack", 8L << 20)))
        .build();
  }

  /// Returns a probe report of Satan for such an app.
  public static HealthReport healthReport() {
    return new HealthReport(
        HealthReport.Status.WELL,
        Duration.ofSeconds(100),
        Optional.of(
            new ProbeReport(HealthReport.Verdict.PASSING, 0, 0, "", Duration.ofSeconds(110))),
        Optional.of(
            new ProbeReport(HealthReport.Verdict.PASSING, 0, 3, "", Duration.ofSeconds(100))),
        Optional.of(
            new ProbeReport(
                HealthReport.Verdict.FAILING,
                1,
                3,
                "./alive -q ends with exit 1",
                Duration.ofSeconds(5))));
  }

  /// A load in which every value is known.
  public static final MeasuredUsage FULL_LOAD =
      new MeasuredUsage(
          12.3,
          new TreeUsage(
              3,
              54_211_379,
              14,
              List.of(),
              new TreeUsage.Files(
                  OptionalLong.of(42), OptionalLong.of(5 << 20), OptionalLong.of(1234)),
              OptionalLong.of(40_000_000)));

  /// Returns an app in cluster mode.
  public static AppSpec cluster(String name, int instances) {
    return spec(name, instances).toBuilder().cluster(ClusterSettings.auto()).build();
  }

  /// Returns a copy of the instance with limits that are not enforced.
  static InstanceView withUnenforcedLimits(InstanceView it, String unenforced) {
    return copy(it, it.process(), it.reason(), it.outFile(), unenforced, it.version());
  }

  /// Returns a copy of the instance with another process and reason.
  public static InstanceView withProcess(InstanceView it, int pid, String reason) {
    var process = Optional.of(new ProcessIdentity("boot", pid, pid));
    return copy(it, process, reason, it.outFile(), it.unenforced(), it.version());
  }

  /// Returns a copy of the instance with its standard output in another file.
  public static InstanceView withOutFile(InstanceView it, Path outFile) {
    return copy(it, it.process(), it.reason(), outFile, it.unenforced(), it.version());
  }

  /// Returns a copy of the instance, started from a package of this version.
  public static InstanceView withVersion(InstanceView it, String version) {
    return copy(it, it.process(), it.reason(), it.outFile(), it.unenforced(), version);
  }

  private static InstanceView copy(
      InstanceView it,
      Optional<ProcessIdentity> process,
      String reason,
      Path outFile,
      String unenforced,
      String version) {
    return new InstanceView(
        it.id(),
        it.spec(),
        it.number(),
        it.phase(),
        process,
        it.restarts(),
        it.unstableRestarts(),
        it.createdAt(),
        it.startedAt(),
        it.lastExit(),
        reason,
        outFile,
        it.errorFile(),
        it.combinedFile(),
        it.pidFile(),
        it.nextRun(),
        it.report(),
        it.unhealthy(),
        it.status(),
        unenforced,
        version,
        it.crashLooping());
  }

  /// Returns an app with every log option.
  public static AppSpec withLogOptions(String name) {
    return spec(name, 1).toBuilder()
        .logs(
            new LogFiles(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Path.of("")),
                true,
                true,
                new LineFormat.Json(Optional.of(TimePattern.TIME)),
                new LogLimits.Overrides(
                    Optional.of(5L << 20),
                    Optional.of(Duration.ZERO),
                    Optional.of(0),
                    Optional.of(Duration.ofDays(7)),
                    Optional.of(0L),
                    Optional.of(false),
                    Optional.of(FullLogPolicy.BLOCK)),
                true))
        .build();
  }

  public static InstanceView online(int id, String name) {
    return online(id, spec(name, 1), 0);
  }

  public static InstanceView online(int id, AppSpec spec, int number) {
    return view(id, spec, number, Phase.ONLINE, Optional.empty(), "started by start");
  }

  public static InstanceView stopped(int id, String name) {
    return view(
        id, spec(name, 1), 0, Phase.STOPPED, Optional.of(new Exit.Signalled(9, false)), "stopped");
  }

  public static InstanceView errored(int id, String name) {
    return view(
        id,
        spec(name, 1),
        0,
        Phase.ERRORED,
        Optional.of(new Exit.Code(1)),
        "exit 1 after 12 ms, 16 tries");
  }

  public static InstanceView view(
      int id, AppSpec spec, int number, Phase phase, Optional<Exit> exit, String reason) {
    boolean runs = phase == Phase.ONLINE || phase == Phase.LAUNCHING || phase == Phase.STOPPING;
    Path logs = Path.of("/home/me/.jpm/logs");
    String stem = spec.name().fileStem() + (spec.instances().count() == 1 ? "" : "-" + id);
    return new InstanceView(
        new InstanceId(id),
        spec,
        number,
        phase,
        runs ? Optional.of(process(id)) : Optional.empty(),
        phase == Phase.ERRORED ? 15 : 0,
        phase == Phase.ERRORED ? 16 : 0,
        NOW.minus(Duration.ofDays(3)),
        runs ? Optional.of(NOW.minus(Duration.ofSeconds(100L * (id + 1)))) : Optional.empty(),
        exit,
        reason,
        logs.resolve(stem + "-out.log"),
        logs.resolve(stem + "-error.log"),
        spec.logs().combined().map(_ -> logs.resolve(stem + ".log")),
        Path.of("/home/me/.jpm/pids", spec.name().fileStem() + "-" + id + ".pid"),
        Optional.empty(),
        AppReport.NONE,
        Optional.empty(),
        "",
        "",
        "",
        false);
  }

  /// Returns a context with version 1.2.3, pid 4711 and a home that does not exist.
  public static ConsoleContext console(ConsoleTiming timing) {
    return new ConsoleContext(
        "1.2.3", 4711, "me", Path.of("/home/me/.jpm"), AppDefaults.PM2, () -> NOW, timing);
  }

  public static ProcessIdentity process(int id) {
    return new ProcessIdentity("boot", 4100 + id, 1000 + id);
  }
}
