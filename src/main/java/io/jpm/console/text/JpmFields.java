package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.ProbeReport;
import io.jpm.model.ResourceLimits;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Builds the objects of `jpm jlist` that have no PM2 counterpart.
final class JpmFields {
  private JpmFields() {}

  /// Returns the resource limits of the instance and, under `unenforced`, the limits that are not
  /// enforced. The names are those of process files. Memory limits are in bytes, the CPU limit is
  /// in cores, and process limits have the units of `setrlimit(2)`.
  static JsonObject limits(InstanceView instance) {
    ResourceLimits limits = instance.spec().limits();
    var json = new JsonObject();
    limits.memoryMax().ifPresent(bytes -> json.put("memory", bytes));
    limits.memoryHigh().ifPresent(bytes -> json.put("memory_high", bytes));
    limits.cpuMax().ifPresent(cores -> json.put("cpu", cores));
    limits.resources().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(limit ->
            json.put(
                LimitRows.name(limit.getKey()),
                limit.getValue() < 0 ? "unlimited" : limit.getValue()));
    if (!instance.unenforced().isEmpty()) {
      json.put("unenforced", instance.unenforced());
    }
    return json;
  }

  /// Returns the health of the instance: the state (`not_ready`, `well` or `unhealthy`), the
  /// reason, the time of the last change of state (milliseconds since 1970), and the result of each
  /// probe. Returns null if no probe has reported.
  static @Nullable JsonObject health(InstanceView instance, InstanceListing instanceListing) {
    return instanceListing
        .healthOf(instance)
        .map(report ->
            new JsonObject()
                .put("state", word(report.status()))
                .put("reason", instance.unhealthy().orElse(null))
                .put("since", instanceListing.now().minus(report.since()).toEpochMilli())
                .put("checks", checks(report, instanceListing.now())))
        .orElse(null);
  }

  private static JsonObject checks(HealthReport report, Instant now) {
    var json = new JsonObject();
    report.startup().ifPresent(check -> json.put("startup", check(check, now)));
    report.readiness().ifPresent(check -> json.put("readiness", check(check, now)));
    report.liveness().ifPresent(check -> json.put("liveness", check(check, now)));
    return json;
  }

  private static JsonObject check(ProbeReport check, Instant now) {
    return new JsonObject()
        .put("state", word(check.verdict()))
        .put("failures", check.failures())
        .put("threshold", check.threshold() == 0 ? null : check.threshold())
        .put("answer", check.failureReason())
        .put("since", now.minus(check.since()).toEpochMilli());
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /// Returns the resource usage of a process tree, except CPU and memory. Values that the system
  /// does not report are omitted.
  static JsonObject usage(TreeUsage tree) {
    var json =
        new JsonObject().put("children", tree.processes() - 1).put("threads", tree.threads());
    tree.files().open().ifPresent(open -> json.put("fds", open));
    tree.files().readBytes().ifPresent(bytes -> json.put("read_bytes", bytes));
    tree.files().writtenBytes().ifPresent(bytes -> json.put("written_bytes", bytes));
    return json;
  }
}
