package io.jpm.web.metrics;

import java.util.List;

/// Every metric. Names and labels are promised: `docs/metrics.md` lists them, and a test holds the
/// page to that. Units are those of Prometheus: seconds, bytes, ratios.
public enum Metric {
  INSTANCE_UP(Kind.GAUGE, Of.INSTANCE, "jpm_instance_up", "1 while it is online, else 0."),
  INSTANCE_STATUS(
      Kind.GAUGE,
      Of.INSTANCE_AND,
      "jpm_instance_status",
      "1 for the status it is in (label status).",
      "status"),
  INSTANCE_HEALTHY(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_healthy",
      "0 while its readiness or liveness fails, else 1."),
  INSTANCE_UPTIME(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_uptime_seconds",
      "Since its present process began; not there without one."),
  INSTANCE_RESTARTS(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_restarts_total",
      "How often it was started again since it was made or reset."),
  INSTANCE_UNSTABLE(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_unstable_restarts",
      "Ends in a row that came sooner than min_uptime."),
  INSTANCE_CRASH_LOOPING(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_crash_looping",
      "1 while it fails again and again, else 0."),
  INSTANCE_RESTART_CAUSES(
      Kind.COUNTER,
      Of.INSTANCE_AND,
      "jpm_instance_restarts_by_cause_total",
      "Starts after an end since jpm web is on, by cause: exit, signal, unknown, limit, unhealthy, asked.",
      "cause"),
  INSTANCE_RELOADS(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_reloads_total",
      "Reloads that have put a new process in place, since jpm web is on."),
  INSTANCE_RELOAD_SECONDS(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_reload_seconds_total",
      "What these took together, from the start of the new process until it took over."),
  INSTANCE_RELOAD_FAILURES(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_reload_failures_total",
      "Reloads whose new process did not get ready, since jpm web is on."),
  INSTANCE_CPU(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_cpu_ratio",
      "Processor time that its tree uses; 1 is one core."),
  INSTANCE_MEMORY(
      Kind.GAUGE, Of.INSTANCE, "jpm_instance_resident_bytes", "Resident memory of its tree."),
  INSTANCE_SHARE(
      Kind.GAUGE,
      Of.INSTANCE,
      "jpm_instance_proportional_bytes",
      "The same with shared pages in part (PSS); only with ?pss=true."),
  INSTANCE_PROCESSES(Kind.GAUGE, Of.INSTANCE, "jpm_instance_processes", "Processes of its tree."),
  INSTANCE_THREADS(Kind.GAUGE, Of.INSTANCE, "jpm_instance_threads", "Threads of its tree."),
  INSTANCE_FILES(
      Kind.GAUGE, Of.INSTANCE, "jpm_instance_open_files", "Open descriptors of its tree."),
  LOG_DROPPED(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_log_dropped_lines_total",
      "Lines that were lost for want of room."),
  LOG_PRINTED(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_instance_log_printed_bytes_total",
      "What it has printed, as far as this daemon has read it."),
  LOG_WAITING(
      Kind.GAUGE, Of.INSTANCE, "jpm_instance_log_waiting_bytes", "Output that is in no file yet."),
  BALANCER_CONNECTIONS(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_balancer_connections_total",
      "Connections that were given to it, where they pass through the daemon."),
  BALANCER_OPEN(
      Kind.GAUGE, Of.INSTANCE, "jpm_balancer_open_connections", "How many of these are open."),
  BALANCER_IN(
      Kind.COUNTER, Of.INSTANCE, "jpm_balancer_received_bytes_total", "What clients have sent it."),
  BALANCER_OUT(
      Kind.COUNTER, Of.INSTANCE, "jpm_balancer_sent_bytes_total", "What it has sent to clients."),
  BALANCER_FAILURES(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_balancer_failures_total",
      "Connections that could not be given to it."),
  BALANCER_EJECTIONS(
      Kind.COUNTER,
      Of.INSTANCE,
      "jpm_balancer_ejections_total",
      "How often it was left out for a while because of that."),
  DAEMON_UPTIME(
      Kind.GAUGE, Of.DAEMON, "jpm_daemon_uptime_seconds", "Since the daemon's JVM began."),
  DAEMON_HEAP(Kind.GAUGE, Of.DAEMON, "jpm_daemon_heap_used_bytes", "Heap that is in use."),
  DAEMON_HEAP_COMMITTED(
      Kind.GAUGE, Of.DAEMON, "jpm_daemon_heap_committed_bytes", "Heap that the JVM has."),
  DAEMON_OTHER(
      Kind.GAUGE,
      Of.DAEMON,
      "jpm_daemon_non_heap_used_bytes",
      "Memory for classes and compiled code."),
  DAEMON_THREADS(Kind.GAUGE, Of.DAEMON, "jpm_daemon_threads", "Live platform threads."),
  DAEMON_GC_COUNT(
      Kind.COUNTER,
      Of.DAEMON_AND,
      "jpm_daemon_gc_collections_total",
      "Garbage collections, by collector.",
      "gc"),
  DAEMON_GC_SECONDS(
      Kind.COUNTER, Of.DAEMON_AND, "jpm_daemon_gc_seconds_total", "What these took.", "gc"),
  DAEMON_LOOP_LATE(
      Kind.GAUGE,
      Of.DAEMON_AND,
      "jpm_daemon_event_loop_worst_delay_seconds",
      "How late an event loop came to a timer at worst in the last 10 minutes, by loop.",
      "loop"),
  DAEMON_MISSED(
      Kind.GAUGE,
      Of.DAEMON,
      "jpm_daemon_heartbeats_missed",
      "Pings of the last 10 minutes that God did not answer in time."),
  DAEMON_STALLS(
      Kind.COUNTER,
      Of.DAEMON,
      "jpm_daemon_stalls_total",
      "How often something held an event loop for a second or longer, since jpm web is on."),
  BRIDGE_CONNECTIONS(
      Kind.GAUGE,
      Of.DAEMON_AND,
      "jpm_bridge_connections",
      "Connections to the bridge, by door: unix, or tcp (by TLS too).",
      "door"),
  DAEMON_APPS(Kind.GAUGE, Of.DAEMON, "jpm_daemon_instances", "Instances in the list.");

  /// How it moves.
  public enum Kind {
    GAUGE,
    /// It only grows, but for a new daemon, or a reset.
    COUNTER
  }

  /// What its labels tell apart.
  enum Of {
    /// `app`, `id` and `namespace`.
    INSTANCE,
    /// The same and one more.
    INSTANCE_AND,
    /// None; not shown to who is limited to some apps.
    DAEMON,
    /// One of its own; not shown to who is limited to some apps either.
    DAEMON_AND
  }

  private final Kind kind;
  private final Of of;
  private final String exposed;
  private final String help;
  private final String label;

  Metric(Kind kind, Of of, String exposed, String help) {
    this(kind, of, exposed, help, "");
  }

  Metric(Kind kind, Of of, String exposed, String help, String label) {
    this.kind = kind;
    this.of = of;
    this.exposed = exposed;
    this.help = help;
    this.label = label;
  }

  public Kind kind() {
    return kind;
  }

  /// The name on the page.
  public String exposed() {
    return exposed;
  }

  /// One sentence.
  public String help() {
    return help;
  }

  /// The names of its labels, in order.
  public List<String> labels() {
    return switch (of) {
      case INSTANCE -> List.of("app", "id", "namespace");
      case INSTANCE_AND -> List.of("app", "id", "namespace", label);
      case DAEMON -> List.of();
      case DAEMON_AND -> List.of(label);
    };
  }
}
