package io.jpm.console;

import io.jpm.bus.god.AppReport;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.OfCheck;
import io.jpm.bus.satan.SatanReply.Load;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Check;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.FullLogPolicy;
import io.jpm.model.Health;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.ResourceLimits;
import io.jpm.model.Variables;
import io.jpm.model.run.Exit;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.TreeUsage;
import io.jpm.model.text.TimePattern;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// Instances for tests, at one fixed moment.
public final class Instances {
  public static final Instant NOW = Instant.parse("2026-03-04T10:00:00Z");
  public static final Load LOAD =
      new Load(
          0.34,
          new TreeUsage(
              3, 54_211_379, 14, List.of(), TreeUsage.Files.UNKNOWN, OptionalLong.empty()));

  private Instances() {}

  public static AppSpec spec(String name, int instances) {
    return spec(name, instances, "default");
  }

  public static AppSpec spec(String name, int instances, String namespace) {
    var command =
        new Command(
            Path.of("/srv/app/server.js"),
            Optional.of(Path.of("/usr/bin/node")),
            List.of("--max-old-space-size=200"),
            List.of("--port", "80 80"));
    return AppSpec.of(new AppName(name), command, Path.of("/srv/app"))
        .variables(Variables.declared(Map.of("PASSWORD", "hunter2", "NODE_ENV", "production")))
        .instances(io.jpm.model.Instances.of(instances))
        .namespace(namespace)
        .build();
  }

  /// An app with each kind of check and limits.
  public static AppSpec checked(String name) {
    var rhythm =
        new Check.Rhythm(Duration.ofSeconds(10), Duration.ofSeconds(5), 3, 1, Duration.ZERO);
    var startup =
        new Health.Startup(
            new Check.Tcp("127.0.0.1", "80"), Duration.ofSeconds(1), Duration.ofSeconds(60));
    return spec(name, 1)
        .draft()
        .health(
            new Health(
                Optional.of(startup),
                Optional.of(new Health.Probe(new Check.Log("ready"), rhythm)),
                Optional.of(new Health.Probe(new Check.Exec(List.of("./alive", "-q")), rhythm))))
        .limits(
            new ResourceLimits(
                OptionalLong.of(512 << 20),
                OptionalLong.of(400 << 20),
                OptionalDouble.of(1.5),
                Map.of("nofile", 65_536L, "core", -1L, "cpu", 60L, "stack", 8L << 20)))
        .build();
  }

  /// What Satan may say of the checks of [#checked].
  public static HealthReport report() {
    return new HealthReport(
        HealthReport.Standing.WELL,
        Duration.ofSeconds(100),
        Optional.of(new OfCheck(HealthReport.Verdict.PASSING, 0, 0, "", Duration.ofSeconds(110))),
        Optional.of(new OfCheck(HealthReport.Verdict.PASSING, 0, 3, "", Duration.ofSeconds(100))),
        Optional.of(
            new OfCheck(
                HealthReport.Verdict.FAILING,
                1,
                3,
                "./alive -q ends with exit 1",
                Duration.ofSeconds(5))));
  }

  /// A load of which everything is known.
  public static final Load FULL_LOAD =
      new Load(
          12.3,
          new TreeUsage(
              3,
              54_211_379,
              14,
              List.of(),
              new TreeUsage.Files(
                  OptionalLong.of(42), OptionalLong.of(5 << 20), OptionalLong.of(1234)),
              OptionalLong.of(40_000_000)));

  /// The same in cluster mode.
  public static AppSpec cluster(String name, int instances) {
    return spec(name, instances).draft().cluster(Cluster.auto()).build();
  }

  /// The same instance, with limits that do not hold.
  static InstanceView unenforced(InstanceView it, String unenforced) {
    return copy(it, it.process(), it.reason(), it.outFile(), unenforced, it.version());
  }

  /// The same instance, with another process and reason.
  public static InstanceView with(InstanceView it, int pid, String reason) {
    var process = Optional.of(new ProcessIdentity("boot", pid, pid));
    return copy(it, process, reason, it.outFile(), it.unenforced(), it.version());
  }

  /// The same instance, with its standard output in another file.
  public static InstanceView printing(InstanceView it, Path outFile) {
    return copy(it, it.process(), it.reason(), outFile, it.unenforced(), it.version());
  }

  /// The same instance, started from a package of this version.
  public static InstanceView versioned(InstanceView it, String version) {
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

  /// An app with every option of output.
  public static AppSpec logging(String name) {
    return spec(name, 1)
        .draft()
        .logs(
            new LogFiles(
                Optional.empty(),
                Optional.empty(),
                Optional.of(Path.of("")),
                true,
                true,
                new LineFormat.Json(Optional.of(TimePattern.TIME)),
                new LogLimits.Wish(
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

  /// What the console of a test is given: version 1.2.3, pid 4711, nobody's home.
  public static ConsoleContext console(ConsoleTiming timing) {
    return new ConsoleContext(
        "1.2.3", 4711, "me", Path.of("/home/me/.jpm"), AppDefaults.PM2, () -> NOW, timing);
  }

  public static ProcessIdentity process(int id) {
    return new ProcessIdentity("boot", 4100 + id, 1000 + id);
  }
}
