package io.jpm.console.text;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.AppReport;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.AppCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.ClusterSettings;
import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.Triggers;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Signal;
import io.jpm.model.text.TimePattern;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Builds the output of `jpm jlist`. PM2's fields keep their names; fields that PM2 does not have
/// are grouped under `jpm`.
///
/// `env` is an empty object; of the environment variables, only `NODE_ENV` is included. Lists often
/// end up in logs, tickets and monitoring systems. PM2's lists disclose every password in the
/// environment of an app there.
///
/// `exit_code` is the exit code of the last process. If a signal terminated the process,
/// `exit_code` is null and `exit_signal` names the signal. `exit_code` is also null if the kernel
/// did not report the exit, and absent before the first exit.
public final class InstanceJson {
  private InstanceJson() {}

  /// Returns the instances as a JSON array on one line.
  ///
  /// @param balances the known balancing statuses of instances in cluster mode
  public static String draw(
      InstanceListing instanceListing, Map<InstanceId, BalancerReply.Status> balances) {
    return list(instanceListing, balances).encode() + "\n";
  }

  /// Returns the instances as a JSON array.
  ///
  /// @param balances the known balancing statuses of instances in cluster mode
  public static JsonArray list(
      InstanceListing instanceListing, Map<InstanceId, BalancerReply.Status> balances) {
    var list = new JsonArray();
    instanceListing
        .instances()
        .forEach(instance -> {
          JsonObject element = element(instance, instanceListing);
          if (instance.spec().cluster().enabled()) {
            element
                .getJsonObject("pm2_env")
                .getJsonObject("jpm")
                .put("cluster", cluster(instance, balances));
          }
          list.add(element);
        });
    return list;
  }

  private static JsonObject element(InstanceView instance, InstanceListing instanceListing) {
    Optional<MeasuredUsage> load = instanceListing.loadOf(instance);
    return new JsonObject()
        .put("pid", instance.process().map(process -> process.pid()).orElse(0))
        .put("name", instance.spec().name().value())
        .put("pm2_env", environment(instance, instanceListing))
        .put("pm_id", instance.id().value())
        .put("monit", monitored(load));
  }

  private static JsonObject monitored(Optional<MeasuredUsage> load) {
    var json =
        new JsonObject()
            .put("memory", load.map(MeasuredUsage::memoryBytes).orElse(0L))
            .put("cpu", Amounts.tenths(load.map(MeasuredUsage::cpuPercent).orElse(0.0)));
    load.ifPresent(known -> json.put("jpm", JpmFields.usage(known.tree())));
    return json;
  }

  private static JsonObject environment(InstanceView instance, InstanceListing instanceListing) {
    AppSpec spec = instance.spec();
    var json = new JsonObject();
    json.put("name", spec.name().value());
    json.put("namespace", spec.namespace());
    json.put("pm_id", instance.id().value());
    json.put("status", instance.phase().keyword());
    json.put("pm_uptime", instance.startedAt().map(Instant::toEpochMilli).orElse(null));
    json.put("created_at", instance.createdAt().toEpochMilli());
    json.put("restart_time", instance.restarts());
    json.put("unstable_restarts", instance.unstableRestarts());
    instance.lastExit().ifPresent(exit -> putExit(json, exit));
    putCommand(json, instance);
    putFiles(json, instance);
    putPolicies(json, spec);
    putTriggers(json, instance);
    json.put("vizion", false).put("vizion_running", false).put("pmx", false).put("km_link", false);
    json.put("axm_options", new JsonObject()).put("axm_dynamic", new JsonObject());
    Optional.ofNullable(spec.variables().effective().get("NODE_ENV"))
        .ifPresent(mode -> json.put("NODE_ENV", mode));
    json.put("username", instanceListing.userOf(instance));
    json.put("version", instance.version().isEmpty() ? "N/A" : instance.version());
    json.put("env", new JsonObject());
    json.put("jpm", own(instance, instanceListing));
    return json;
  }

  private static void putExit(JsonObject json, Exit exit) {
    switch (exit) {
      case Exit.Code(int code) -> json.put("exit_code", code);
      case Exit.Signalled(int signal, _) ->
          json.putNull("exit_code").put("exit_signal", Signal.nameOf(signal));
      case Exit.Unknown(_) -> json.putNull("exit_code");
    }
  }

  private static void putCommand(JsonObject json, InstanceView instance) {
    AppSpec spec = instance.spec();
    AppCommand appCommand = spec.command();
    json.put("pm_exec_path", appCommand.script().toString());
    json.put("pm_cwd", spec.cwd().toString());
    json.put("args", new JsonArray(List.copyOf(appCommand.args())));
    json.put("node_args", new JsonArray(List.copyOf(appCommand.interpreterArgs())));
    json.put("exec_interpreter", appCommand.interpreter().map(Object::toString).orElse("none"));
    json.put("exec_mode", spec.cluster().execMode());
    json.put("instances", spec.instances().count());
    json.put("instance_var", spec.instances().numberVariable());
    json.put(spec.instances().numberVariable(), instance.number());
  }

  private static void putFiles(JsonObject json, InstanceView instance) {
    json.put("pm_out_log_path", instance.outFile().toString());
    json.put("pm_err_log_path", instance.errorFile().toString());
    instance.combinedFile().ifPresent(file -> json.put("pm_log_path", file.toString()));
    json.put("pm_pid_path", instance.pidFile().toString());
    LogFiles logs = instance.spec().logs();
    json.put("merge_logs", logs.merged() || instance.spec().instances().count() == 1);
    if (logs.disabled()) {
      json.put("disable_logs", true);
    }
    switch (logs.format()) {
      case LineFormat.Raw() -> {}
      case LineFormat.Dated(TimePattern pattern) -> json.put("log_date_format", pattern.text());
      case LineFormat.Json(Optional<TimePattern> pattern) -> {
        json.put("log_type", "json");
        pattern.ifPresent(date -> json.put("log_date_format", date.text()));
      }
    }
  }

  private static void putPolicies(JsonObject json, AppSpec spec) {
    RestartPolicy restart = spec.restart();
    json.put("autorestart", restart.when() != RestartPolicy.When.NEVER);
    json.put("autostart", spec.autostart());
    json.put("max_restarts", restart.maxRestarts());
    json.put("min_uptime", restart.minUptime().toMillis());
    switch (restart.backoff()) {
      case Backoff.Gradual() -> json.put("restart_delay", 0);
      case Backoff.Constant(Duration delay) -> json.put("restart_delay", delay.toMillis());
      case Backoff.Exponential(Duration initial, _, _) ->
          json.put("exp_backoff_restart_delay", initial.toMillis());
    }
    StopPolicy stop = spec.stop();
    json.put("kill_timeout", stop.timeout().toMillis());
    json.put("treekill", stop.wholeTree());
    json.put("shutdown_with_message", stop.message());
    json.put("wait_ready", spec.readiness().awaited());
    json.put("listen_timeout", spec.readiness().timeout().toMillis());
    if (!restart.stopExitCodes().isEmpty()) {
      json.put(
          "stop_exit_codes", new JsonArray(List.copyOf(new TreeSet<>(restart.stopExitCodes()))));
    }
    spec.runAs().user().ifPresent(user -> json.put("uid", user));
    spec.runAs().group().ifPresent(group -> json.put("gid", group));
  }

  private static void putTriggers(JsonObject json, InstanceView instance) {
    Triggers triggers = instance.spec().triggers();
    json.put("watch", triggers.watch().isPresent());
    triggers.watch().ifPresent(watch -> json.put("ignore_watch", new JsonArray(watch.ignore())));
    triggers.schedule().ifPresent(schedule -> json.put("cron_restart", schedule.expression()));
    triggers.maxMemory().ifPresent(bytes -> json.put("max_memory_restart", bytes));
    AppReport report = instance.report();
    var actions = new JsonArray();
    report.actions().forEach(name -> actions.add(new JsonObject().put("action_name", name)));
    var monitor = new JsonObject();
    report
        .metrics()
        .forEach((name, value) -> monitor.put(name, new JsonObject().put("value", value)));
    json.put("axm_actions", actions).put("axm_monitor", monitor);
  }

  private static JsonObject own(InstanceView instance, InstanceListing instanceListing) {
    return new JsonObject()
        .put("reason", instance.reason())
        .put("crash_looping", instance.crashLooping())
        .put("unhealthy", instance.unhealthy().orElse(null))
        .put("health", JpmFields.health(instance, instanceListing))
        .put("status", instance.status())
        .put("limits", JpmFields.limits(instance))
        .put("last_exit", instance.lastExit().map(Exit::toString).orElse(null))
        .put("kill_signal", instance.spec().stop().signal().name())
        .put("restart", instance.spec().restart().when().keyword())
        .put("restart_window", instance.spec().restart().window().time().toMillis())
        .put("next_run", instance.nextRun().map(Instant::toEpochMilli).orElse(null))
        .put("depends_on", dependsOn(instance.spec()))
        .put("pty", instance.spec().logs().terminal())
        .put("logs", limits(instance.spec().logs().limits()));
  }

  private static JsonObject cluster(
      InstanceView instance, Map<InstanceId, BalancerReply.Status> balances) {
    ClusterSettings clusterSettings = instance.spec().cluster();
    BalancerReply.Status status =
        balances.getOrDefault(
            instance.id(),
            new BalancerReply.Status(
                clusterSettings.balance(),
                "",
                clusterSettings.strategy().map(Strategy::keyword).orElse(""),
                List.of(),
                Map.of()));
    return new JsonObject()
        .put("balance", status.mode().keyword())
        .put("reason", status.reason())
        .put("strategy", status.strategy())
        .put("port", clusterSettings.port().isPresent() ? clusterSettings.port().getAsInt() : null)
        .put("listens_on", new JsonArray(status.addresses()))
        .put("drain_timeout", clusterSettings.drain().toMillis())
        .put("counters", new JsonObject(new LinkedHashMap<>(status.counters())));
  }

  private static JsonObject dependsOn(AppSpec spec) {
    var json = new JsonObject();
    spec.dependsOn().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(needed -> json.put(needed.getKey().value(), needed.getValue().word()));
    return json;
  }

  /// Returns the log limits that the app overrides, in bytes and milliseconds. The names are those
  /// of process files.
  private static JsonObject limits(LogLimits.Overrides overrides) {
    var json = new JsonObject();
    overrides.maxSize().ifPresent(bytes -> json.put("max_size", bytes));
    overrides.rotateEvery().ifPresent(time -> json.put("rotate_every", time.toMillis()));
    overrides.keep().ifPresent(files -> json.put("keep", files));
    overrides.maxAge().ifPresent(time -> json.put("max_age", time.toMillis()));
    overrides.maxTotal().ifPresent(bytes -> json.put("max_total", bytes));
    overrides.compress().ifPresent(packed -> json.put("compress", packed));
    overrides
        .fullLogPolicy()
        .ifPresent(rule -> json.put("when_full", rule.name().toLowerCase(Locale.ROOT)));
    return json;
  }
}
