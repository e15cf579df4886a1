package io.jpm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.daemon.DoctorReply.Verdict;
import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.doctor.SystemReport.Apps;
import io.jpm.doctor.SystemReport.Bridge;
import io.jpm.doctor.SystemReport.Disk;
import io.jpm.doctor.SystemReport.HomeFacts;
import io.jpm.doctor.SystemReport.Java;
import io.jpm.doctor.SystemReport.SettingsFacts;
import io.jpm.os.SystemFacts;
import io.jpm.os.SystemFacts.Cgroup;
import io.jpm.os.SystemFacts.Clock;
import io.jpm.os.SystemFacts.Feature;
import io.jpm.os.SystemFacts.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/// Tests the findings with made-up facts, of which one at a time is wrong.
class DoctorTest {
  private static final long GIB = 1L << 30;

  private Java java = new Java(25, "25.0.1+8", "Eclipse Adoptium");
  private Optional<String> portable = Optional.empty();
  private List<Feature> features = List.of(new Feature("epoll", true, "nothing works"));
  private Optional<Cgroup> cgroup =
      Optional.of(new Cgroup("/jpm", List.of("cpu", "memory", "pids"), true));
  private int ptraceScope;
  private Limits limits = new Limits(65_536, 65_536, Long.MAX_VALUE, 4_194_304, 300);
  private Clock clock = new Clock(true, Duration.ofMillis(3));
  private boolean loopback6 = true;
  private String mode = "rwx------";
  private boolean writable = true;
  private Disk disk = new Disk(Path.of("/home/me/.jpm"), 40 * GIB, OptionalLong.of(1_000_000));
  private OptionalLong sharedMemory = OptionalLong.of(GIB);
  private List<Path> stale = List.of();
  private List<Path> dumps = List.of();
  private String pidFile = "4711";
  private Bridge bridge = new Bridge(Optional.of(7070), Optional.empty(), Optional.empty());
  private Optional<Boolean> keeper = Optional.of(true);
  private Optional<HeartbeatReply> heartbeat = heartbeat(1, 2, 0, 0, 1);
  private Optional<Apps> apps = Optional.of(new Apps(3, List.of(), List.of()));
  private SystemReport.Tokens tokens = new SystemReport.Tokens(2, List.of(), Optional.empty());
  private List<String> settings = List.of();
  private List<String> pendingSettings = List.of();

  private static Optional<HeartbeatReply> heartbeat(
      long last, long worst, int missed, int missing, long loop) {
    return Optional.of(
        new HeartbeatReply(
            Duration.ofSeconds(10),
            Optional.of(Duration.ofMillis(last)),
            Duration.ofMillis(worst),
            missed,
            missing,
            List.of(new HeartbeatReply.Loop(Duration.ZERO, Duration.ofMillis(loop)))));
  }

  private List<Finding> findings() {
    return Doctor.findings(
        new SystemReport(
            java,
            new SystemFacts(
                portable,
                "Linux 6.15",
                features,
                cgroup,
                OptionalInt.of(ptraceScope),
                Optional.of(limits),
                Optional.of(clock),
                loopback6),
            new HomeFacts(
                Path.of("/home/me/.jpm"),
                mode,
                writable,
                List.of(disk),
                sharedMemory,
                stale,
                dumps,
                pidFile,
                4711),
            bridge,
            keeper,
            heartbeat,
            apps,
            tokens,
            new SettingsFacts(settings, pendingSettings),
            Map.of("node", Optional.of(Path.of("/usr/bin/node")), "java", Optional.empty())));
  }

  /// Checks that exactly one finding is not ok, and what it says.
  private void assertOnlyFinding(Verdict verdict, String name, String part) {
    List<Finding> bad = findings().stream().filter(one -> one.verdict() != Verdict.OK).toList();
    assertThat(bad)
        .singleElement()
        .satisfies(one -> {
          assertThat(one.verdict()).isEqualTo(verdict);
          assertThat(one.name()).isEqualTo(name);
          assertThat(one.found()).contains(part);
          assertThat(one.remedy()).isNotBlank();
        });
  }

  @Test
  void healthyMachineHasNoRemedies() {
    assertThat(findings())
        .allMatch(one -> one.verdict() == Verdict.OK && one.remedy().isEmpty())
        .extracting(Finding::name)
        .containsExactly(
            "java",
            "processes",
            "kernel",
            "cgroup",
            "ptrace",
            "nofile",
            "nproc",
            "clock",
            "IPv6",
            "programs",
            "home",
            "disk",
            "/dev/shm",
            "jpm.pid",
            "stale files",
            "bridge",
            "keeper",
            "heartbeat",
            "event loops",
            "settings",
            "tokens",
            "apps");
    assertThat(findings())
        .contains(Finding.ok("programs", "java not found, node /usr/bin/node"))
        .contains(Finding.ok("apps", "3 instances, none errored"));
  }

  @Test
  void tokensThatExpireSoonAreAWarning() {
    tokens = new SystemReport.Tokens(2, List.of("ci at 2026-11-23T12:00:00Z"), Optional.empty());
    assertOnlyFinding(
        Verdict.WARN, "tokens", "tokens that expire soon: ci at 2026-11-23T12:00:00Z");
  }

  @Test
  void damagedTokenFileFails() {
    tokens = new SystemReport.Tokens(0, List.of(), Optional.of("tokens.json is damaged"));
    assertOnlyFinding(Verdict.FAIL, "tokens", "tokens.json is damaged");
  }

  @Test
  void oldJavaVersionFails() {
    java = new Java(21, "21.0.2", "x");
    assertOnlyFinding(Verdict.FAIL, "java", "21.0.2 (x)");
  }

  @Test
  void portableImplementationIsAWarningWithItsReason() {
    portable = Optional.of("the system is Plan 9, not Linux");
    assertOnlyFinding(Verdict.WARN, "processes", "Plan 9");
    assertThat(findings()).extracting(Finding::name).doesNotContain("cgroup", "ptrace");
  }

  @Test
  void missingKernelFeatureIsReportedWithItsConsequence() {
    features = List.of(new Feature("a", true, "x"), new Feature("b", false, "no b is done"));
    assertOnlyFinding(Verdict.WARN, "kernel", "without b: no b is done");
  }

  @Test
  void missingCgroupDelegationIsAWarning() {
    cgroup = Optional.empty();
    assertOnlyFinding(Verdict.WARN, "cgroup", "no cgroup v2");
    cgroup = Optional.of(new Cgroup("/x", List.of("cpu", "memory"), false));
    assertOnlyFinding(Verdict.WARN, "cgroup", "not delegated");
    cgroup = Optional.of(new Cgroup("/x", List.of("cpu"), true));
    assertOnlyFinding(Verdict.WARN, "cgroup", "controllers: cpu");
  }

  @Test
  void restrictedPtraceIsAWarning() {
    ptraceScope = 1;
    assertOnlyFinding(Verdict.WARN, "ptrace", "ptrace_scope is 1");
  }

  @Test
  void openFileLimitMustSufficeForTheApps() {
    apps = Optional.of(new Apps(100, List.of(), List.of()));
    limits = new Limits(1024, 65_536, Long.MAX_VALUE, 4_194_304, 300);
    assertOnlyFinding(Verdict.WARN, "nofile", "1024 open files, 563 needed for 100 instances");
    limits = new Limits(562, 65_536, Long.MAX_VALUE, 4_194_304, 300);
    assertOnlyFinding(Verdict.FAIL, "nofile", "562");
  }

  @Test
  void lowProcessLimitsAreAWarning() {
    limits = new Limits(65_536, 65_536, Long.MAX_VALUE, 1000, 900);
    assertOnlyFinding(Verdict.WARN, "nproc", "pid_max 1000, nproc unlimited");
    limits = new Limits(65_536, 65_536, 100, 4_194_304, 300);
    assertOnlyFinding(Verdict.WARN, "nproc", "nproc 100");
  }

  @Test
  void unsynchronizedClockIsAWarning() {
    clock = new Clock(false, Duration.ofSeconds(16));
    assertOnlyFinding(Verdict.WARN, "clock", "not synchronised");
  }

  @Test
  void missingIpv6IsNotAFailure() {
    loopback6 = false;
    assertThat(findings()).allMatch(one -> one.verdict() == Verdict.OK);
    assertThat(findings()).anyMatch(one -> one.found().contains("cannot listen on ::1"));
  }

  @Test
  void homeMustBePrivateAndWritable() {
    mode = "rwxr-x---";
    assertOnlyFinding(Verdict.FAIL, "home", "rwxr-x---");
    writable = false;
    assertOnlyFinding(Verdict.FAIL, "home", "is not writable");
  }

  @Test
  void lowDiskSpaceIsReported() {
    disk = new Disk(Path.of("/logs"), 400L << 20, OptionalLong.empty());
    assertOnlyFinding(Verdict.WARN, "disk", "/logs has 400 MiB free");
    disk = new Disk(Path.of("/logs"), 1L << 20, OptionalLong.empty());
    assertOnlyFinding(Verdict.FAIL, "disk", "1 MiB");
    disk = new Disk(Path.of("/logs"), 40 * GIB, OptionalLong.of(999));
    assertOnlyFinding(Verdict.WARN, "disk", "999 inodes");
    disk = new Disk(Path.of("/logs"), 40 * GIB, OptionalLong.of(0));
    assertOnlyFinding(Verdict.FAIL, "disk", "0 inodes");
  }

  @Test
  void lowSharedMemoryIsAWarning() {
    sharedMemory = OptionalLong.of(32L << 20);
    assertOnlyFinding(Verdict.WARN, "/dev/shm", "32 MiB free");
  }

  @Test
  void staleFilesAreListed() {
    stale = List.of(Path.of("a"), Path.of("b"), Path.of("c"), Path.of("d"));
    assertOnlyFinding(Verdict.WARN, "stale files", "a, b, c and 1 more");
    stale = List.of();
    dumps = List.of(Path.of("/home/me/.jpm/hs_err_pid1.log"));
    assertOnlyFinding(Verdict.WARN, "dumps", "hs_err_pid1.log");
    dumps = List.of();
    pidFile = "12";
    assertOnlyFinding(
        Verdict.WARN, "jpm.pid", "contains \"12\", but the pid of this daemon is 4711");
  }

  @Test
  void unreachableBridgeFails() {
    bridge = new Bridge(Optional.empty(), Optional.of("x"), Optional.empty());
    assertOnlyFinding(Verdict.FAIL, "bridge", "does not contain a port");
    bridge = new Bridge(Optional.of(7070), Optional.of("Connection refused"), Optional.empty());
    assertOnlyFinding(Verdict.FAIL, "bridge", "127.0.0.1:7070 does not answer: Connection refused");
    bridge = new Bridge(Optional.of(7070), Optional.empty(), Optional.of("No such file"));
    assertOnlyFinding(Verdict.FAIL, "bridge", "bridge.sock does not answer: No such file");
  }

  @Test
  void missingKeeperIsAWarning() {
    keeper = Optional.of(false);
    assertOnlyFinding(Verdict.WARN, "keeper", "not running");
    keeper = Optional.empty();
    assertThat(findings()).extracting(Finding::name).doesNotContain("keeper");
  }

  @Test
  void missedPingsWarnAndAStoppedHeartbeatFails() {
    heartbeat = heartbeat(1, 2, 3, 0, 1);
    assertOnlyFinding(Verdict.WARN, "heartbeat", "3 pings missed");
    heartbeat = heartbeat(1, 1500, 0, 0, 1);
    assertOnlyFinding(Verdict.WARN, "heartbeat", "at worst in 1500 ms");
    heartbeat = heartbeat(1, 2, 3, 3, 1);
    assertOnlyFinding(Verdict.FAIL, "heartbeat", "the last 3 pings");
    heartbeat = heartbeat(1, 2, 0, 0, 2500);
    assertOnlyFinding(Verdict.WARN, "event loops", "2500 ms late");
    heartbeat = Optional.empty();
    assertOnlyFinding(Verdict.FAIL, "heartbeat", "no heartbeat was received");
  }

  @Test
  void problemsInTheSettingsFail() {
    settings = List.of("jpm.json:1: unknown key");
    assertOnlyFinding(Verdict.FAIL, "settings", "unknown key");
  }

  @Test
  void pendingSettingsAreListed() {
    pendingSettings = List.of("bridge.port 0 -> 9000");
    assertOnlyFinding(
        Verdict.WARN,
        "settings",
        "changes that take effect when the daemon is replaced: bridge.port 0 -> 9000");
  }

  @Test
  void appsWithProblemsAreListed() {
    apps = Optional.of(new Apps(1, List.of("web (0): exit 1"), List.of()));
    assertOnlyFinding(Verdict.WARN, "apps", "1 instance, errored: web (0): exit 1");
    apps = Optional.of(new Apps(1, List.of(), List.of("web (0): disk full")));
    assertOnlyFinding(Verdict.FAIL, "logs", "disk full");
    apps = Optional.empty();
    assertOnlyFinding(Verdict.FAIL, "apps", "the supervisor (God) does not answer");
  }
}
