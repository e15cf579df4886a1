package io.jpm.wire;

import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The resource usage of all apps and of the machine at one point in time, for monitoring:
///
/// ```json
/// {"v":1,"at":1700000000000,
///  "system":{"cores":2,"cpu":12.5,"memory":8123,"available":5123,"load":0.5},
///  "instances":[{"app":"web","id":0,"pid":4711,"cpu":1.5,"memory":52428800,"processes":3,
///                "threads":12,"open_files":40,"read":0,"written":4096}]}
/// ```
///
/// `cpu` is a percentage of one core since the previous message; memory, `read` and `written` are
/// in bytes. Values that the system does not provide are absent.
///
/// @param at the time of the measurement, in milliseconds since 1970
/// @param system the usage of the machine, if the system provides it
/// @param systemCpuPercent the usage of all processors together, as a percentage of one core
/// @param instances the usage of the instances that have a process, ordered by id
public record UsageMessage(
    long at, Optional<SystemUsage> system, double systemCpuPercent, List<InstanceUsage> instances) {
  /// The value of the key `v`. It is incremented when the meaning of a key changes, but not when
  /// keys are added.
  private static final int VERSION = 1;

  public UsageMessage {
    instances = List.copyOf(instances);
  }

  /// The usage of one instance.
  ///
  /// @param app the name of the app
  /// @param id the id of the instance
  /// @param pid the pid of the main process
  /// @param cpuPercent the CPU usage as a percentage of one core
  /// @param tree the usage of the process tree
  public record InstanceUsage(String app, int id, int pid, double cpuPercent, TreeUsage tree) {}

  /// Returns the JSON form.
  public JsonObject toJson() {
    var list = new JsonArray();
    instances.forEach(instance -> list.add(json(instance)));
    var json = new JsonObject().put("v", VERSION).put("at", at);
    system.ifPresent(machine -> json.put("system", json(machine)));
    return json.put("instances", list);
  }

  private JsonObject json(SystemUsage machine) {
    return new JsonObject()
        .put("cores", machine.cores())
        .put("cpu", tenths(systemCpuPercent))
        .put("memory", machine.memoryBytes())
        .put("available", machine.availableBytes())
        .put("load", machine.load());
  }

  private static JsonObject json(InstanceUsage instance) {
    TreeUsage tree = instance.tree;
    var json =
        new JsonObject()
            .put("app", instance.app)
            .put("id", instance.id)
            .put("pid", instance.pid)
            .put("cpu", tenths(instance.cpuPercent))
            .put("memory", tree.memoryBytes())
            .put("processes", tree.processes());
    if (tree.threads() > 0) {
      json.put("threads", tree.threads());
    }
    put(json, "open_files", tree.files().open());
    put(json, "read", tree.files().readBytes());
    put(json, "written", tree.files().writtenBytes());
    return json;
  }

  private static void put(JsonObject json, String key, OptionalLong value) {
    value.ifPresent(known -> json.put(key, known));
  }

  private static double tenths(double percent) {
    return Math.round(percent * 10) / 10.0;
  }
}
