package io.jpm.console.pm2;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Converts a PM2 app to the attributes of a process file.
///
/// Log and pid files in PM2's home are not used; the app receives default files in jpm's home
/// instead. Files outside PM2's home are kept.
///
/// @param app the app
/// @param shell the caller's variables
/// @param pm2Home the absolute path of PM2's home
public record Pm2Attributes(Pm2App app, Map<String, String> shell, Path pm2Home) {
  /// Keys that have the same meaning in jpm.
  private static final List<String> SAME =
      List.of(
          "namespace",
          "autorestart",
          "stop_exit_codes",
          "restart_delay",
          "exp_backoff_restart_delay",
          "min_uptime",
          "max_restarts",
          "max_memory_restart",
          "cron_restart",
          "kill_timeout",
          "treekill",
          "shutdown_with_message",
          "wait_ready",
          "listen_timeout",
          "watch",
          "ignore_watch",
          "watch_delay",
          "instance_var",
          "increment_var",
          "disable_logs",
          "log_type",
          "log_date_format",
          "uid",
          "gid");

  private static final String NOWHERE = "/dev/null";

  /// Returns the attributes. Their values have the types that the package `config` accepts.
  public Map<String, Object> attributes() {
    JsonObject pm2 = app.first();
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("name", app.name());
    put(all, "script", pm2.getValue("pm_exec_path"));
    put(all, "interpreter", pm2.getValue("exec_interpreter"));
    put(all, "interpreter_args", pm2.getValue("node_args"));
    put(all, "args", pm2.getValue("args"));
    put(all, "cwd", pm2.getValue("pm_cwd"));
    all.put("exec_mode", app.isCluster() ? "cluster" : "fork");
    all.put("instances", app.instances());
    all.put("autostart", app.running() > 0);
    all.put("env", variables());
    SAME.forEach(key -> put(all, key, pm2.getValue(key)));
    if (Boolean.FALSE.equals(all.get("watch"))) {
      all.keySet().removeAll(List.of("ignore_watch", "watch_delay"));
    }
    files(pm2, all);
    return all;
  }

  /// Returns the app's own variables, by name.
  public Map<String, String> variables() {
    return AppVariableFilter.of(app.first(), shell);
  }

  private static void put(Map<String, Object> all, String key, Object value) {
    if (value instanceof JsonArray list) {
      if (!list.isEmpty()) {
        all.put(key, list.getList());
      }
    } else if (value != null && !value.equals("") && !(value instanceof JsonObject)) {
      all.put(key, value);
    }
  }

  private void files(JsonObject pm2, Map<String, Object> all) {
    boolean merged = Boolean.TRUE.equals(pm2.getValue("merge_logs"));
    if (merged && app.instances() > 1) {
      all.put("merge_logs", true);
    }
    kept(pm2, "pm_out_log_path", merged).ifPresent(file -> all.put("out_file", file));
    kept(pm2, "pm_err_log_path", merged).ifPresent(file -> all.put("error_file", file));
    if (pm2.getValue("pm_log_path") != null) {
      Optional<String> combined = kept(pm2, "pm_log_path", merged);
      all.put("log_file", combined.isPresent() ? combined.get() : true);
    }
    kept(pm2, "pm_pid_path", false).ifPresent(file -> all.put("pid_file", file));
  }

  /// Returns the path of a file outside PM2's home as the user configured it, that is, without the
  /// id that PM2 inserts before the extension. Empty if the file is in PM2's home.
  private Optional<String> kept(JsonObject pm2, String key, boolean merged) {
    if (!(pm2.getValue(key) instanceof String text) || text.isEmpty()) {
      return Optional.empty();
    }
    Path file = Path.of(text).normalize();
    if (file.startsWith(pm2Home) || !file.isAbsolute()) {
      return Optional.empty();
    }
    boolean whole = merged || text.equals(NOWHERE);
    return Optional.of(whole ? text : text.replaceFirst("-[0-9]+(?=\\.(log|pid)$)", ""));
  }
}
