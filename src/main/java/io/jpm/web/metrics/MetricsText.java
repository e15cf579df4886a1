package io.jpm.web.metrics;

import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.process.Phase;
import io.jpm.model.process.TreeUsage;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Writes the text of a metrics page from a snapshot. This takes a while with many apps, so it must
/// not run on an event loop.
final class MetricsText {
  private static final double NANOS = 1e9;

  /// The metrics that export the counters of ClusterBalancer, by the name of the counter.
  private static final Map<String, Metric> BALANCER =
      Map.of(
          "connections", Metric.BALANCER_CONNECTIONS,
          "open", Metric.BALANCER_OPEN,
          "bytes_in", Metric.BALANCER_IN,
          "bytes_out", Metric.BALANCER_OUT,
          "failures", Metric.BALANCER_FAILURES,
          "ejections", Metric.BALANCER_EJECTIONS);

  private final Series series;
  private final MetricsSnapshot metricsSnapshot;

  private MetricsText(Series series, MetricsSnapshot metricsSnapshot) {
    this.series = series;
    this.metricsSnapshot = metricsSnapshot;
  }

  /// Returns the text of the page.
  ///
  /// @param counts the event counters of the instances, in the order of the instances in
  ///   `metricsSnapshot`
  static String text(MetricsSnapshot metricsSnapshot, List<Counted> counts) {
    try (var series = new Series()) {
      var metricsText = new MetricsText(series, metricsSnapshot);
      for (int i = 0; i < counts.size(); i++) {
        metricsText.instance(metricsSnapshot.instances().get(i), counts.get(i));
      }
      if (metricsSnapshot.includesDaemon()) {
        metricsText.daemon();
      }
      return series.text();
    }
  }

  /// A copy of the counters in [EventCounts] for one instance.
  record Counted(
      Map<EventCounts.Cause, Long> restarts, long reloads, Duration reloadTime, long failures) {
    static Counted of(EventCounts.InstanceCounters instanceCounters) {
      return new Counted(
          Map.copyOf(instanceCounters.restarts()),
          instanceCounters.reloads(),
          instanceCounters.reloadTime(),
          instanceCounters.reloadFailures());
    }
  }

  private void instance(InstanceView instance, Counted counted) {
    List<String> labels =
        List.of(
            instance.spec().name().value(),
            Integer.toString(instance.id().value()),
            instance.spec().namespace());
    series.put(Metric.INSTANCE_UP, instance.phase() == Phase.ONLINE ? 1 : 0, labels);
    series.put(Metric.INSTANCE_STATUS, 1, with(labels, instance.phase().keyword()));
    series.put(Metric.INSTANCE_HEALTHY, instance.unhealthy().isPresent() ? 0 : 1, labels);
    series.put(Metric.INSTANCE_RESTARTS, instance.restarts(), labels);
    series.put(Metric.INSTANCE_UNSTABLE, instance.unstableRestarts(), labels);
    series.put(Metric.INSTANCE_CRASH_LOOPING, instance.crashLooping() ? 1 : 0, labels);
    for (EventCounts.Cause cause : EventCounts.Cause.values()) {
      series.put(
          Metric.INSTANCE_RESTART_CAUSES,
          counted.restarts().getOrDefault(cause, 0L),
          with(labels, cause.keyword()));
    }
    series.put(Metric.INSTANCE_RELOADS, counted.reloads(), labels);
    series.put(Metric.INSTANCE_RELOAD_SECONDS, seconds(counted.reloadTime()), labels);
    series.put(Metric.INSTANCE_RELOAD_FAILURES, counted.failures(), labels);
    if (instance.process().isPresent()) {
      instance
          .startedAt()
          .ifPresent(from ->
              series.put(
                  Metric.INSTANCE_UPTIME,
                  Math.max(0, seconds(Duration.between(from, metricsSnapshot.now()))),
                  labels));
      MeasuredUsage measuredUsage = metricsSnapshot.usages().get(instance.process().get());
      if (measuredUsage != null) {
        usage(measuredUsage, labels);
      }
    }
    logs(instance, labels);
    balance(instance, labels);
  }

  private void usage(MeasuredUsage measuredUsage, List<String> labels) {
    TreeUsage tree = measuredUsage.tree();
    series.put(Metric.INSTANCE_CPU, measuredUsage.cpuPercent() / 100, labels);
    series.put(Metric.INSTANCE_MEMORY, tree.memoryBytes(), labels);
    series.put(Metric.INSTANCE_PROCESSES, tree.processes(), labels);
    if (tree.threads() > 0) {
      series.put(Metric.INSTANCE_THREADS, tree.threads(), labels);
    }
    tree.files().open().ifPresent(open -> series.put(Metric.INSTANCE_FILES, open, labels));
    tree.proportionalBytes().ifPresent(bytes -> series.put(Metric.INSTANCE_SHARE, bytes, labels));
  }

  private void logs(InstanceView instance, List<String> labels) {
    var capture = metricsSnapshot.captures().get(instance.id());
    if (capture != null) {
      series.put(Metric.LOG_DROPPED, capture.droppedLines(), labels);
      capture.printedBytes().ifPresent(bytes -> series.put(Metric.LOG_PRINTED, bytes, labels));
      series.put(Metric.LOG_WAITING, capture.waitingBytes(), labels);
    }
  }

  private void balance(InstanceView instance, List<String> labels) {
    var status = metricsSnapshot.balancerStatuses().get(instance.id());
    if (status != null) {
      status
          .counters()
          .forEach((name, count) -> {
            Metric metric = BALANCER.get(name);
            if (metric != null) {
              series.put(metric, count, labels);
            }
          });
    }
  }

  private void daemon() {
    var none = List.<String>of();
    series.put(Metric.DAEMON_APPS, metricsSnapshot.instances().size(), none);
    series.put(
        Metric.DAEMON_UPTIME, ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0, none);
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    series.put(Metric.DAEMON_HEAP, heap.getUsed(), none);
    series.put(Metric.DAEMON_HEAP_COMMITTED, heap.getCommitted(), none);
    series.put(
        Metric.DAEMON_OTHER,
        ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getUsed(),
        none);
    series.put(Metric.DAEMON_THREADS, ManagementFactory.getThreadMXBean().getThreadCount(), none);
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      List<String> labels = List.of(collector.getName());
      series.put(Metric.DAEMON_GC_COUNT, Math.max(0, collector.getCollectionCount()), labels);
      series.put(
          Metric.DAEMON_GC_SECONDS, Math.max(0, collector.getCollectionTime()) / 1000.0, labels);
    }
    metricsSnapshot.heartbeat().ifPresent(this::heart);
    series.put(Metric.DAEMON_STALLS, metricsSnapshot.stalls(), none);
    metricsSnapshot
        .bridge()
        .ifPresent(bridge -> {
          series.put(Metric.BRIDGE_CONNECTIONS, bridge.unix(), List.of("unix"));
          series.put(Metric.BRIDGE_CONNECTIONS, bridge.tcp(), List.of("tcp"));
        });
  }

  private void heart(HeartbeatReply heart) {
    series.put(Metric.DAEMON_MISSED, heart.missed(), List.of());
    for (int i = 0; i < heart.loops().size(); i++) {
      series.put(
          Metric.DAEMON_LOOP_LATE,
          seconds(heart.loops().get(i).worst()),
          List.of(Integer.toString(i)));
    }
  }

  private static List<String> with(List<String> labels, String one) {
    return Stream.concat(labels.stream(), Stream.of(one)).toList();
  }

  private static double seconds(Duration time) {
    return time.toNanos() / NANOS;
  }
}
