package io.jpm.doctor;

import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.os.DescriptorBudget;
import io.jpm.os.SystemFacts;
import io.jpm.os.SystemFacts.Cgroup;
import io.jpm.os.SystemFacts.Clock;
import io.jpm.os.SystemFacts.Feature;
import io.jpm.os.SystemFacts.Limits;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Derives the findings about the machine: JVM, kernel, limits, clock.
final class SystemFindings {
  private static final int NEEDED_JAVA = 25;

  private static final int PROCESS_RESERVE = 200;

  private SystemFindings() {}

  static void add(SystemReport systemReport, List<Finding> findings) {
    findings.add(java(systemReport.java()));
    findings.add(host(systemReport.system()));
    findings.add(kernel(systemReport.system()));
    if (systemReport.system().portable().isEmpty()) {
      findings.add(cgroup(systemReport.system().cgroup()));
      findings.add(ptrace(systemReport.system()));
    }
    int instances = systemReport.apps().map(SystemReport.Apps::instances).orElse(0);
    systemReport
        .system()
        .limits()
        .ifPresent(limits -> {
          findings.add(files(limits, instances));
          findings.add(processes(limits));
        });
    systemReport.system().clock().ifPresent(clock -> findings.add(clock(clock)));
    findings.add(
        systemReport.system().loopback6()
            ? Finding.ok("IPv6", "apps can listen on ::1")
            : Finding.ok("IPv6", "not available: apps cannot listen on ::1"));
    findings.add(programs(systemReport));
  }

  private static Finding java(SystemReport.Java java) {
    String found = "%s (%s)".formatted(java.version(), java.vendor());
    return java.feature() >= NEEDED_JAVA
        ? Finding.ok("java", found)
        : Finding.fail(
            "java", found, "install a JDK %d or newer and set JPM_JAVA".formatted(NEEDED_JAVA));
  }

  private static Finding host(SystemFacts system) {
    return system
        .portable()
        .map(reason ->
            Finding.warn(
                "processes",
                "started through the JDK, with fewer guarantees: " + reason,
                "use Linux on x86-64 or arm64 with glibc 2.34 or newer, and allow the JVM native"
                    + " access"))
        .orElseGet(() -> Finding.ok("processes", "started with native system calls"));
  }

  private static Finding kernel(SystemFacts system) {
    List<Feature> missing = system.features().stream().filter(it -> !it.works()).toList();
    if (missing.isEmpty()) {
      String with = system.features().stream().map(Feature::name).collect(Collectors.joining(", "));
      return Finding.ok("kernel", system.kernel() + (with.isEmpty() ? "" : ", with " + with));
    }
    String without =
        missing.stream()
            .map(it -> "%s: %s".formatted(it.name(), it.cost()))
            .collect(Collectors.joining("; "));
    return Finding.warn(
        "kernel",
        "%s, without %s".formatted(system.kernel(), without),
        "use a newer kernel; in a container, check whether the seccomp profile forbids the missing features");
  }

  private static Finding cgroup(Optional<Cgroup> cgroup) {
    String remedy =
        "limits.memory, memory_high and cpu are not enforced: run the daemon as the service created by jpm startup (systemd 254 or newer), or in a scope (jpm kill, then systemd-run --user"
            + " --scope -p Delegate=yes jpm resurrect; as root, omit --user)";
    if (cgroup.isEmpty()) {
      return Finding.warn("cgroup", "no cgroup v2 is visible", remedy);
    }
    Cgroup group = cgroup.get();
    String found = "%s, controllers: %s".formatted(group.path(), words(group.controllers()));
    boolean enough = group.controllers().containsAll(List.of("memory", "cpu"));
    return group.delegated() && enough
        ? Finding.ok("cgroup", found)
        : Finding.warn(
            "cgroup", found + (group.delegated() ? "" : ", not delegated to jpm"), remedy);
  }

  private static String words(List<String> all) {
    return all.isEmpty() ? "none" : String.join(" ", all);
  }

  private static Finding ptrace(SystemFacts system) {
    int scope = system.ptraceScope().orElse(0);
    return scope == 0
        ? Finding.ok(
            "ptrace", "jpm can take over files and sockets that an earlier daemon had open")
        : Finding.warn(
            "ptrace",
            "kernel.yama.ptrace_scope is %d: unless jpm has CAP_SYS_PTRACE, IPC channels, sockets and exit statuses are lost when the daemon dies"
                .formatted(scope),
            "run sysctl -w kernel.yama.ptrace_scope=0, and set it in /etc/sysctl.d to make it permanent");
  }

  private static Finding files(Limits limits, int instances) {
    long needed = DescriptorBudget.neededFor(instances);
    String found =
        "%s open files, %d needed for %d instances"
            .formatted(limit(limits.openFiles()), needed, instances);
    String remedy =
        "raise the limit with ulimit -n before jpm kill and jpm start, or with LimitNOFILE= in the systemd unit";
    if (limits.openFiles() < needed) {
      return Finding.fail("nofile", found, remedy);
    }
    return limits.openFiles() < 2 * needed
        ? Finding.warn("nofile", found, remedy)
        : Finding.ok("nofile", found);
  }

  private static Finding processes(Limits limits) {
    long most = Math.min(limits.pids(), limits.processes());
    String found =
        "%d processes and threads on this machine; pid_max %s, nproc %s"
            .formatted(limits.running(), limit(limits.pids()), limit(limits.processes()));
    return limits.running() + PROCESS_RESERVE > limits.pids() || most < PROCESS_RESERVE
        ? Finding.warn(
            "nproc",
            found,
            "raise the limit with sysctl -w kernel.pid_max=4194304, or with LimitNPROC= in the systemd unit")
        : Finding.ok("nproc", found);
  }

  private static String limit(long number) {
    return number == Long.MAX_VALUE ? "unlimited" : Long.toString(number);
  }

  private static Finding clock(Clock clock) {
    return clock.synchronised()
        ? Finding.ok("clock", "synchronised to within %d ms".formatted(clock.error().toMillis()))
        : Finding.warn(
            "clock",
            "not synchronised: times in logs and for cron_restart may be wrong",
            "run systemd-timesyncd, chrony or ntpd; in a container, do so on the host");
  }

  private static Finding programs(SystemReport systemReport) {
    String found =
        systemReport.programs().entrySet().stream()
            .sorted(java.util.Map.Entry.comparingByKey())
            .map(entry ->
                entry.getKey() + " " + entry.getValue().map(Path::toString).orElse("not found"))
            .collect(Collectors.joining(", "));
    return Finding.ok("programs", found);
  }
}
