package io.jpm.god;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.Command;
import io.jpm.model.Condition;
import io.jpm.model.InheritFilter;
import io.jpm.model.InstanceTexts;
import io.jpm.model.Instances;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.RunAs;
import io.jpm.model.Signal;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.model.Variables;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/// Apps as the journal and `dump.json` hold them, but for the inherited environment, which those
/// share between apps. A key that an older jpm did not know has its default.
final class SpecJson {
  private SpecJson() {}

  static JsonObject write(AppSpec spec) {
    var json =
        new JsonObject()
            .put("name", spec.name().value())
            .put("namespace", spec.namespace())
            .put("script", spec.command().script().toString())
            .put("interpreter_args", new JsonArray(spec.command().interpreterArgs()))
            .put("args", new JsonArray(spec.command().args()))
            .put("cwd", spec.cwd().toString())
            .put("autostart", spec.autostart());
    putTexts(json, spec.texts());
    spec.command().interpreter().ifPresent(path -> json.put("interpreter", path.toString()));
    putVariables(json, spec.variables());
    putRunAs(json, spec.runAs());
    putInstances(json, spec.instances());
    putRestart(json, spec.restart());
    putStop(json, spec.stop());
    json.put("wait_ready", spec.readiness().awaited())
        .put("listen_timeout", spec.readiness().timeout().toMillis());
    putTriggers(json, spec.triggers());
    var dependsOn = new JsonObject();
    spec.dependsOn().forEach((app, condition) -> dependsOn.put(app.value(), condition.name()));
    json.put("depends_on", dependsOn);
    LogFilesJson.put(json, spec.logs());
    LimitsJson.put(json, spec.limits());
    ClusterJson.put(json, spec.cluster());
    HooksJson.put(json, spec.hooks());
    HealthJson.put(json, spec.health());
    spec.pidFile().ifPresent(path -> json.put("pid_file", path.toString()));
    return json;
  }

  /// @param inherited the environment that is kept apart
  /// @throws RuntimeException of whatever kind when the object is no complete app
  static AppSpec read(JsonObject json, Map<String, String> inherited) {
    var command =
        new Command(
            Path.of(json.getString("script")),
            path(json, "interpreter"),
            texts(json, "interpreter_args"),
            texts(json, "args"));
    return AppSpec.of(new AppName(json.getString("name")), command, Path.of(json.getString("cwd")))
        .namespace(json.getString("namespace"))
        .variables(variables(json, inherited))
        .runAs(runAs(json))
        .instances(instances(json))
        .autostart(json.getBoolean("autostart"))
        .restart(restart(json))
        .stop(stop(json))
        .readiness(
            new Readiness(
                json.getBoolean("wait_ready", Readiness.DEFAULT.awaited()),
                millis(json, "listen_timeout", Readiness.DEFAULT.timeout())))
        .triggers(triggers(json))
        .dependsOn(dependsOn(json))
        .logs(LogFilesJson.read(json))
        .limits(LimitsJson.read(json))
        .cluster(ClusterJson.read(json))
        .hooks(HooksJson.read(json))
        .health(HealthJson.read(json))
        .texts(instanceTexts(json))
        .pidFile(path(json, "pid_file"))
        .build();
  }

  private static void putTexts(JsonObject json, InstanceTexts texts) {
    if (!texts.equals(InstanceTexts.NONE)) {
      json.put(
          "texts",
          new JsonObject()
              .put("names", new JsonArray(texts.names().stream().sorted().toList()))
              .put("args", new JsonArray(texts.args()))
              .put("interpreter_args", new JsonArray(texts.interpreterArgs()))
              .put("env", new JsonObject(new HashMap<>(texts.environment()))));
    }
  }

  private static InstanceTexts instanceTexts(JsonObject json) {
    JsonObject texts = json.getJsonObject("texts");
    if (texts == null) {
      return InstanceTexts.NONE;
    }
    Map<String, String> environment = new HashMap<>();
    texts
        .getJsonObject("env", new JsonObject())
        .forEach(entry -> environment.put(entry.getKey(), (String) entry.getValue()));
    return new InstanceTexts(
        Set.copyOf(texts(texts, "names")),
        texts(texts, "args"),
        texts(texts, "interpreter_args"),
        environment);
  }

  private static void putVariables(JsonObject json, Variables variables) {
    json.put("declared", new JsonObject(new HashMap<>(variables.declared())))
        .put("removed", new JsonArray(variables.removed().stream().sorted().toList()))
        .put("filter_all", variables.filter().everything())
        .put("filter_parts", new JsonArray(variables.filter().parts()));
    variables.filter().name().ifPresent(name -> json.put("filter_name", name));
    ReferredJson.put(json, variables.referred());
  }

  private static Variables variables(JsonObject json, Map<String, String> inherited) {
    Map<String, String> declared = new HashMap<>();
    json.getJsonObject("declared", new JsonObject())
        .forEach(entry -> declared.put(entry.getKey(), (String) entry.getValue()));
    return new Variables(
        inherited,
        declared,
        Set.copyOf(texts(json, "removed")),
        new InheritFilter(
            json.getBoolean("filter_all", false),
            Optional.ofNullable(json.getString("filter_name")),
            texts(json, "filter_parts")),
        ReferredJson.read(json));
  }

  private static void putRunAs(JsonObject json, RunAs runAs) {
    runAs.user().ifPresent(user -> json.put("uid", user));
    runAs.group().ifPresent(group -> json.put("gid", group));
    runAs.nice().ifPresent(nice -> json.put("nice", nice));
    runAs.umask().ifPresent(umask -> json.put("umask", umask));
  }

  private static RunAs runAs(JsonObject json) {
    return new RunAs(
        Optional.ofNullable(json.getString("uid")),
        Optional.ofNullable(json.getString("gid")),
        number(json, "nice"),
        number(json, "umask"));
  }

  private static void putInstances(JsonObject json, Instances instances) {
    json.put("instances", instances.count()).put("instance_var", instances.numberVariable());
    instances.counting().ifPresent(name -> json.put("increment_var", name));
  }

  private static Instances instances(JsonObject json) {
    return new Instances(
        json.getInteger("instances"),
        json.getString("instance_var", Instances.NUMBER_VARIABLE),
        Optional.ofNullable(json.getString("increment_var")));
  }

  private static void putRestart(JsonObject json, RestartPolicy restart) {
    json.put("restart", restart.when().name())
        .put("max_restarts", restart.maxRestarts())
        .put("min_uptime", restart.minUptime().toMillis())
        .put("restart_window", restart.window().time().toMillis())
        .put("window_failures", restart.window().most())
        .put("stop_exit_codes", numbers(restart.stopExitCodes()));
    switch (restart.backoff()) {
      case Backoff.Gradual() -> json.put("gradual_restart_delay", true);
      case Backoff.Constant(Duration delay) -> json.put("restart_delay", delay.toMillis());
      case Backoff.Exponential(Duration initial, Duration cap, double jitter) ->
          json.put("exp_backoff_restart_delay", initial.toMillis())
              .put("max_restart_delay", cap.toMillis())
              .put("restart_jitter", jitter);
    }
  }

  private static RestartPolicy restart(JsonObject json) {
    Set<Integer> codes = new HashSet<>();
    json.getJsonArray("stop_exit_codes", new JsonArray())
        .forEach(code -> codes.add((Integer) code));
    Backoff backoff =
        json.containsKey("exp_backoff_restart_delay")
            ? new Backoff.Exponential(
                millis(json, "exp_backoff_restart_delay", Duration.ZERO),
                millis(json, "max_restart_delay", Duration.ZERO),
                json.getDouble("restart_jitter"))
            : delay(json);
    // The word of journals of version 1.
    When old = json.getBoolean("autorestart", true) ? When.ALWAYS : When.NEVER;
    return new RestartPolicy(
        json.containsKey("restart") ? When.valueOf(json.getString("restart")) : old,
        json.getInteger("max_restarts"),
        millis(json, "min_uptime", Duration.ZERO),
        backoff,
        codes,
        window(json));
  }

  private static Backoff delay(JsonObject json) {
    Duration constant = millis(json, "restart_delay", Duration.ZERO);
    // Before there were windows nothing told the default from a delay of 0.
    boolean old = !json.containsKey("restart_window") && constant.isZero();
    return old || json.getBoolean("gradual_restart_delay", false)
        ? Backoff.GRADUAL
        : new Backoff.Constant(constant);
  }

  private static RestartWindow window(JsonObject json) {
    return json.containsKey("restart_window")
        ? new RestartWindow(
            json.getInteger("window_failures", 1), millis(json, "restart_window", Duration.ZERO))
        : RestartWindow.beside(json.getInteger("max_restarts"));
  }

  private static void putStop(JsonObject json, StopPolicy stop) {
    json.put("kill_signal", stop.signal().name())
        .put("kill_timeout", stop.timeout().toMillis())
        .put("treekill", stop.wholeTree())
        .put("shutdown_with_message", stop.message())
        .put("stop_command", new JsonArray(stop.command()));
  }

  private static StopPolicy stop(JsonObject json) {
    return new StopPolicy(
        Signal.valueOf(json.getString("kill_signal")),
        millis(json, "kill_timeout", Duration.ZERO),
        json.getBoolean("treekill"),
        json.getBoolean("shutdown_with_message", false),
        texts(json, "stop_command"));
  }

  private static void putTriggers(JsonObject json, Triggers triggers) {
    triggers
        .schedule()
        .ifPresent(schedule ->
            json.put("cron_restart", schedule.expression())
                .put("time_zone", schedule.zone().getId()));
    triggers
        .watch()
        .ifPresent(watch ->
            json.put("watch", new JsonArray(watch.paths().stream().map(Path::toString).toList()))
                .put("ignore_watch", new JsonArray(watch.ignore()))
                .put("watch_delay", watch.delay().toMillis()));
    triggers.maxMemory().ifPresent(bytes -> json.put("max_memory_restart", bytes));
  }

  private static Triggers triggers(JsonObject json) {
    Optional<Triggers.Schedule> schedule =
        Optional.ofNullable(json.getString("cron_restart"))
            .map(cron -> new Triggers.Schedule(cron, ZoneId.of(json.getString("time_zone"))));
    Optional<Triggers.Watch> watch =
        json.containsKey("watch")
            ? Optional.of(
                new Triggers.Watch(
                    texts(json, "watch").stream().map(Path::of).toList(),
                    texts(json, "ignore_watch"),
                    millis(json, "watch_delay", Duration.ZERO)))
            : Optional.empty();
    Long bytes = json.getLong("max_memory_restart");
    return new Triggers(
        schedule, watch, bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes));
  }

  private static Map<AppName, Condition> dependsOn(JsonObject json) {
    Map<AppName, Condition> conditions = new HashMap<>();
    json.getJsonObject("depends_on", new JsonObject())
        .forEach(entry ->
            conditions.put(
                new AppName(entry.getKey()), Condition.valueOf((String) entry.getValue())));
    return conditions;
  }

  private static JsonArray numbers(Collection<Integer> numbers) {
    return new JsonArray(numbers.stream().sorted().toList());
  }

  private static OptionalInt number(JsonObject json, String key) {
    Integer number = json.getInteger(key);
    return number == null ? OptionalInt.empty() : OptionalInt.of(number);
  }

  private static Duration millis(JsonObject json, String key, Duration otherwise) {
    return Duration.ofMillis(json.getLong(key, otherwise.toMillis()));
  }

  private static Optional<Path> path(JsonObject json, String key) {
    return Optional.ofNullable(json.getString(key)).map(Path::of);
  }

  private static List<String> texts(JsonObject json, String key) {
    return json.getJsonArray(key, new JsonArray()).stream().map(String.class::cast).toList();
  }
}
