package io.jpm.command;

import io.jpm.config.Secrets;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.EnvFile;
import io.jpm.model.Referred;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.model.Variables;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// What an app's owner has described, under the names of a process file: times in milliseconds,
/// sizes in bytes. Secrets are masked by the names of variables, in URLs, and where they are known
/// by reference only the reference is told.
final class SpecView {
  private SpecView() {}

  static JsonObject of(AppSpec spec) {
    var json =
        new JsonObject()
            .put("name", spec.name().value())
            .put("namespace", spec.namespace())
            .put("script", spec.command().script().toString())
            .put("args", masked(spec.command().args()))
            .put("interpreter", spec.command().interpreter().map(Path::toString).orElse("none"))
            .put("interpreter_args", masked(spec.command().interpreterArgs()))
            .put("cwd", spec.cwd().toString())
            .put("instances", spec.instances().count())
            .put("exec_mode", spec.cluster().enabled() ? "cluster" : "fork")
            .put("autostart", spec.autostart())
            .put("wait_ready", spec.readiness().awaited())
            .put("listen_timeout", spec.readiness().timeout().toMillis());
    putPolicies(json, spec.restart(), spec.stop());
    putTriggers(json, spec.triggers());
    putVariables(json, spec.variables());
    var needed = new JsonObject();
    new TreeMap<>(spec.dependsOn())
        .forEach((app, condition) -> needed.put(app.value(), condition.word()));
    spec.runAs().user().ifPresent(user -> json.put("user", user));
    spec.runAs().group().ifPresent(group -> json.put("group", group));
    return needed.isEmpty() ? json : json.put("depends_on", needed);
  }

  private static void putPolicies(JsonObject json, RestartPolicy restart, StopPolicy stop) {
    json.put("restart", restart.when().word())
        .put("max_restarts", restart.maxRestarts())
        .put("min_uptime", restart.minUptime().toMillis());
    json.put("restart_window", restart.window().time().toMillis());
    switch (restart.backoff()) {
      case Backoff.Gradual() -> json.put("restart_delay", 0);
      case Backoff.Constant(var delay) -> json.put("restart_delay", delay.toMillis());
      case Backoff.Exponential(var initial, _, _) ->
          json.put("exp_backoff_restart_delay", initial.toMillis());
    }
    if (!restart.stopExitCodes().isEmpty()) {
      json.put(
          "stop_exit_codes", new JsonArray(List.copyOf(new TreeSet<>(restart.stopExitCodes()))));
    }
    json.put("kill_signal", stop.signal().name())
        .put("kill_timeout", stop.timeout().toMillis())
        .put("treekill", stop.wholeTree());
  }

  private static void putTriggers(JsonObject json, Triggers triggers) {
    triggers.schedule().ifPresent(schedule -> json.put("cron_restart", schedule.expression()));
    triggers
        .watch()
        .ifPresent(watch ->
            json.put("watch", new JsonArray(watch.paths().stream().map(Path::toString).toList())));
    triggers.maxMemory().ifPresent(bytes -> json.put("max_memory_restart", bytes));
  }

  private static void putVariables(JsonObject json, Variables variables) {
    Referred referred = variables.referred();
    Map<String, String> known = new TreeMap<>(variables.effective());
    known.keySet().removeAll(referred.secrets().keySet());
    var env = new JsonObject();
    known.forEach((name, value) -> env.put(name, Secrets.masked(name, value)));
    json.put("env", env);
    if (!referred.files().isEmpty()) {
      json.put("env_file", new JsonArray(referred.files().stream().map(EnvFile::shown).toList()));
    }
    if (!referred.secrets().isEmpty()) {
      var secrets = new JsonObject();
      new TreeMap<>(referred.secrets()).forEach((name, one) -> secrets.put(name, one.shown()));
      json.put("secrets", secrets);
    }
  }

  private static JsonArray masked(List<String> words) {
    return new JsonArray(words.stream().map(word -> Secrets.masked("", word)).toList());
  }
}
