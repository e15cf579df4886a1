package io.jpm.web.metrics;

import java.util.List;

/// All exported metrics. Names and labels are stable: they are listed in `docs/metrics.md`, and a
/// test checks that document. Units follow the Prometheus conventions: seconds, bytes, ratios.
public enum Metric {
  INSTANCE_UP(
      Kind.GAUGE, Scope.INSTANCE, "jpm_instance_up", "1 while the instance is online, else 0."),
  INSTANCE_STATUS(
      Kind.GAUGE,
      Scope.INSTANCE_AND,
      "jpm_instance_status",
      "1 for the current status of the instance (label status).",
      "status"),
  INSTANCE_HEALTHY(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_healthy",
      "0 while the readiness or liveness probe fails, else 1."),
  INSTANCE_UPTIME(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_uptime_seconds",
      "Time since the current process started; absent without a process."),
  INSTANCE_RESTARTS(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_restarts_total",
      "Restarts since the instance was created or reset."),
  INSTANCE_UNSTABLE(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_unstable_restarts",
      "Consecutive exits that came sooner than min_uptime."),
  INSTANCE_CRASH_LOOPING(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_crash_looping",
      "1 while the instance is in a crash loop, else 0."),
  INSTANCE_RESTART_CAUSES(
      Kind.COUNTER,
      Scope.INSTANCE_AND,
      "jpm_instance_restarts_by_cause_total",
      "Restarts since jpm web was turned on, by cause: exit, signal, unknown, limit,"
          + " unhealthy, asked.",
      "cause"),
  INSTANCE_RELOADS(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_reloads_total",
      "Reloads that have replaced the process, since jpm web was turned on."),
  INSTANCE_RELOAD_SECONDS(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_reload_seconds_total",
      "Total duration of reloads, each from the start of the new process until" + " it took over."),
  INSTANCE_RELOAD_FAILURES(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_reload_failures_total",
      "Reloads whose new process did not become ready, since jpm web was turned on."),
  INSTANCE_CPU(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_cpu_ratio",
      "CPU usage of the process tree; 1 is one core."),
  INSTANCE_MEMORY(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_resident_bytes",
      "Resident memory of the process tree."),
  INSTANCE_SHARE(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_proportional_bytes",
      "Proportional set size (PSS) of the process tree; only with ?pss=true."),
  INSTANCE_PROCESSES(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_processes",
      "Number of processes in the process tree."),
  INSTANCE_THREADS(
      Kind.GAUGE, Scope.INSTANCE, "jpm_instance_threads", "Number of threads in the process tree."),
  INSTANCE_FILES(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_open_files",
      "Number of open file descriptors in the process tree."),
  LOG_DROPPED(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_log_dropped_lines_total",
      "Lines that were dropped because the log buffer was full."),
  LOG_PRINTED(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_instance_log_printed_bytes_total",
      "Bytes of output of the instance that this daemon has read."),
  LOG_WAITING(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_instance_log_waiting_bytes",
      "Bytes of output that have not been written to a log file yet."),
  BALANCER_CONNECTIONS(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_balancer_connections_total",
      "Connections passed to the instance, if connections pass through the daemon."),
  BALANCER_OPEN(
      Kind.GAUGE,
      Scope.INSTANCE,
      "jpm_balancer_open_connections",
      "Open connections that were passed to the instance."),
  BALANCER_IN(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_balancer_received_bytes_total",
      "Bytes that clients have sent to the instance."),
  BALANCER_OUT(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_balancer_sent_bytes_total",
      "Bytes that the instance has sent to clients."),
  BALANCER_FAILURES(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_balancer_failures_total",
      "Connections that could not be passed to the instance."),
  BALANCER_EJECTIONS(
      Kind.COUNTER,
      Scope.INSTANCE,
      "jpm_balancer_ejections_total",
      "How often the instance was temporarily ejected after failed connections."),
  DAEMON_UPTIME(
      Kind.GAUGE,
      Scope.DAEMON,
      "jpm_daemon_uptime_seconds",
      "Time since the daemon's JVM started."),
  DAEMON_HEAP(Kind.GAUGE, Scope.DAEMON, "jpm_daemon_heap_used_bytes", "Heap memory in use."),
  DAEMON_HEAP_COMMITTED(
      Kind.GAUGE,
      Scope.DAEMON,
      "jpm_daemon_heap_committed_bytes",
      "Heap memory that the JVM has committed."),
  DAEMON_OTHER(
      Kind.GAUGE,
      Scope.DAEMON,
      "jpm_daemon_non_heap_used_bytes",
      "Memory in use for classes and compiled code."),
  DAEMON_THREADS(
      Kind.GAUGE, Scope.DAEMON, "jpm_daemon_threads", "Number of live platform threads."),
  DAEMON_GC_COUNT(
      Kind.COUNTER,
      Scope.DAEMON_AND,
      "jpm_daemon_gc_collections_total",
      "Garbage collections, by collector.",
      "gc"),
  DAEMON_GC_SECONDS(
      Kind.COUNTER,
      Scope.DAEMON_AND,
      "jpm_daemon_gc_seconds_total",
      "Total time spent in garbage collections, by collector.",
      "gc"),
  DAEMON_LOOP_LATE(
      Kind.GAUGE,
      Scope.DAEMON_AND,
      "jpm_daemon_event_loop_worst_delay_seconds",
      "Longest delay of a timer on an event loop in the last 10 minutes, by loop.",
      "loop"),
  DAEMON_MISSED(
      Kind.GAUGE,
      Scope.DAEMON,
      "jpm_daemon_heartbeats_missed",
      "Pings of the last 10 minutes that God, the supervisor, did not answer in time."),
  DAEMON_STALLS(
      Kind.COUNTER,
      Scope.DAEMON,
      "jpm_daemon_stalls_total",
      "How often an event loop was blocked for a second or longer, since jpm web was turned on."),
  BRIDGE_CONNECTIONS(
      Kind.GAUGE,
      Scope.DAEMON_AND,
      "jpm_bridge_connections",
      "Connections to the bridge, by listener: unix, or tcp, which includes TLS.",
      "door"),
  DAEMON_APPS(Kind.GAUGE, Scope.DAEMON, "jpm_daemon_instances", "Instances in the list.");

  /// The Prometheus type of a metric.
  public enum Kind {
    GAUGE,
    /// A value that only increases, except after a reset or a restart of the daemon.
    COUNTER
  }

  /// The scope of a metric, which determines its labels.
  enum Scope {
    /// One series per instance, with the labels `app`, `id` and `namespace`.
    INSTANCE,
    /// Several series per instance, with one additional label.
    INSTANCE_AND,
    /// One series for the daemon, without labels. Omitted for principals whose access is limited to
    /// some apps.
    DAEMON,
    /// Several series for the daemon, with one label. Omitted for principals whose access is
    /// limited to some apps.
    DAEMON_AND
  }

  private final Kind kind;
  private final Scope of;
  private final String exposed;
  private final String help;
  private final String label;

  Metric(Kind kind, Scope of, String exposed, String help) {
    this(kind, of, exposed, help, "");
  }

  Metric(Kind kind, Scope of, String exposed, String help, String label) {
    this.kind = kind;
    this.of = of;
    this.exposed = exposed;
    this.help = help;
    this.label = label;
  }

  public Kind kind() {
    return kind;
  }

  /// Returns the name on the page.
  public String exportedName() {
    return exposed;
  }

  /// Returns the description, a single sentence.
  public String help() {
    return help;
  }

  /// Returns the names of the labels, in order.
  public List<String> labels() {
    return switch (of) {
      case INSTANCE -> List.of("app", "id", "namespace");
      case INSTANCE_AND -> List.of("app", "id", "namespace", label);
      case DAEMON -> List.of();
      case DAEMON_AND -> List.of(label);
    };
  }
}
