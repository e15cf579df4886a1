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

/// One app of PM2: the processes of its list that have one name.
///
/// @param name what PM2 calls it
/// @param processes PM2's descriptions (`pm2_env`) of its processes, one or more, by id
public record Pm2App(String name, List<JsonObject> processes) {
  private static final Set<String> RUNNING =
      Set.of("online", "launching", "stopping", "waiting restart");

  /// What all processes of an app have in common.
  private static final List<String> COMMON =
      List.of("pm_exec_path", "args", "exec_interpreter", "pm_cwd", "exec_mode");

  public Pm2App {
    processes = List.copyOf(processes);
  }

  /// The apps that `pm2 jlist` has printed, in the order of their first process. What PM2 prints
  /// before the list, which is one line, does not matter.
  ///
  /// @throws DecodeException when there is no list in it
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

  /// The apps of the text of a `dump.pm2`.
  ///
  /// @throws DecodeException when it is none
  public static List<Pm2App> ofDump(String text) {
    return grouped(objects(text));
  }

  private static List<JsonObject> objects(String text) {
    try {
      return new JsonArray(text).stream().map(JsonObject.class::cast).toList();
    } catch (ClassCastException _) {
      throw new DecodeException("it is no list of processes");
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

  /// The process that the app's attributes are taken from.
  JsonObject first() {
    return processes.getFirst();
  }

  /// PM2's numbers of its processes; empty where they come from a dump.
  public List<String> ids() {
    return processes.stream()
        .map(process -> process.getValue("pm_id"))
        .filter(Objects::nonNull)
        .map(String::valueOf)
        .toList();
  }

  /// Whether it is a part of PM2's own.
  public boolean isModule() {
    return Boolean.TRUE.equals(first().getValue("pmx_module"));
  }

  public boolean isCluster() {
    return "cluster_mode".equals(first().getValue("exec_mode"));
  }

  /// How many of its processes run.
  public int running() {
    return (int)
        processes.stream()
            .filter(process -> RUNNING.contains(String.valueOf(process.getValue("status"))))
            .count();
  }

  /// How many instances it is to have here: those that run, or all where none does.
  public int instances() {
    return running() > 0 ? running() : processes.size();
  }

  /// Whether PM2 starts it at certain times, even where it was stopped.
  public boolean hasSchedule() {
    return !String.valueOf(first().getValue("cron_restart", "0")).matches("0|null");
  }

  /// Why its processes are not one app; names are not unique in PM2.
  public Optional<String> discord() {
    for (JsonObject other : processes) {
      for (String key : COMMON) {
        if (!Objects.equals(first().getValue(key), other.getValue(key))) {
          return Optional.of(
              "PM2 has different apps of this name (%s): give one another name with pm2 restart %s --name NAME"
                  .formatted(key, other.getValue("pm_id", "ID")));
        }
      }
    }
    return Optional.empty();
  }
}
