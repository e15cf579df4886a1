package io.jpm.console.pm2;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// A PM2 app: the processes in PM2's list that have the same name.
///
/// @param name the name in PM2
/// @param processes PM2's data (`pm2_env`) for its processes, at least one, ordered by id
public record Pm2App(String name, List<JsonObject> processes) {
  private static final Set<String> RUNNING =
      Set.of("online", "launching", "stopping", "waiting restart");

  /// Attributes that must be equal in all processes of an app.
  private static final List<String> COMMON =
      List.of("pm_exec_path", "args", "exec_interpreter", "pm_cwd", "exec_mode");

  public Pm2App {
    processes = List.copyOf(processes);
  }

  /// Returns the apps in the output of `pm2 jlist`, in the order of their first processes. The list
  /// is a single line; lines that PM2 prints before it are ignored.
  ///
  /// @throws DecodeException if the output does not contain a list
  public static List<Pm2App> ofList(String printed) {
    String text =
        printed
            .lines()
            .map(String::strip)
            .filter(Pm2App::isList)
            .reduce((_, last) -> last)
            .orElse(printed);
    List<JsonObject> processes = new ArrayList<>();
    for (JsonObject entry : objects(text)) {
      JsonObject described = entry.getJsonObject("pm2_env", new JsonObject());
      described.put("pm_id", entry.getValue("pm_id"));
      processes.add(described);
    }
    return grouped(processes);
  }

  private static boolean isList(String line) {
    return line.startsWith("[{") || line.equals("[]");
  }

  /// Returns the apps in the text of a `dump.pm2` file.
  ///
  /// @throws DecodeException if the text is not a list of processes
  public static List<Pm2App> ofDump(String text) {
    return grouped(objects(text));
  }

  private static List<JsonObject> objects(String text) {
    try {
      return new JsonArray(text).stream().map(JsonObject.class::cast).toList();
    } catch (ClassCastException _) {
      throw new DecodeException("it is not a list of processes");
    }
  }

  private static List<Pm2App> grouped(List<JsonObject> processes) {
    Map<String, List<JsonObject>> names = new LinkedHashMap<>();
    for (JsonObject process : processes) {
      names
          .computeIfAbsent(String.valueOf(process.getValue("name")), _ -> new ArrayList<>())
          .add(process);
    }
    return names.entrySet().stream()
        .map(entry -> new Pm2App(entry.getKey(), entry.getValue()))
        .toList();
  }

  /// Returns the process that provides the attributes of the app.
  JsonObject first() {
    return processes.getFirst();
  }

  /// Returns PM2's ids of the processes; empty if they come from a dump.
  public List<String> ids() {
    return processes.stream()
        .map(process -> process.getValue("pm_id"))
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .toList();
  }

  /// Reports whether the app is a PM2 module.
  public boolean isModule() {
    return Boolean.TRUE.equals(first().getValue("pmx_module"));
  }

  public boolean isCluster() {
    return "cluster_mode".equals(first().getValue("exec_mode"));
  }

  /// Returns the number of running processes.
  public int running() {
    return (int)
        processes.stream()
            .filter(process -> RUNNING.contains(String.valueOf(process.getValue("status"))))
            .count();
  }

  /// Returns the number of instances to create in jpm: the number of running processes or, if none
  /// is running, of all processes.
  public int instances() {
    return running() > 0 ? running() : processes.size();
  }

  /// Reports whether PM2 starts the app on a schedule, even if it was stopped.
  public boolean hasSchedule() {
    return !String.valueOf(first().getValue("cron_restart", "0")).matches("0|null");
  }

  /// Returns the reason why the processes do not belong to one app; empty if they do. In PM2,
  /// several apps may have the same name.
  public Optional<String> inconsistency() {
    for (JsonObject other : processes) {
      for (String key : COMMON) {
        if (!Objects.equals(first().getValue(key), other.getValue(key))) {
          return Optional.of(
              "several PM2 apps with this name differ in %s: rename one with pm2 restart %s --name NAME"
                  .formatted(key, other.getValue("pm_id", "ID")));
        }
      }
    }
    return Optional.empty();
  }
}
