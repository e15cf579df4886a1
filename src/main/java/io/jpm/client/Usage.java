package io.jpm.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The resource usage of all apps and of the machine at one point in time. `cpu` is a percentage of
/// one core since the previous measurement; memory, `read` and `written` are in bytes.
///
/// @param at the time of the measurement
/// @param system the usage of the machine, if the system provides it
/// @param instances the usage of the instances that have a process
public record Usage(Instant at, Optional<Machine> system, List<InstanceUsage> instances) {
  public Usage {
    instances = List.copyOf(instances);
  }

  /// The usage of the machine.
  ///
  /// @param cores the number of processors
  /// @param cpu the usage of all processors together, as a percentage of one processor
  /// @param memory the total memory
  /// @param available the memory available to processes
  /// @param load the load average over one minute
  public record Machine(int cores, double cpu, long memory, long available, double load) {
    static Machine of(JsonMembers json) {
      return new Machine(
          json.integer("cores"),
          json.decimal("cpu"),
          json.number("memory"),
          json.number("available"),
          json.decimal("load"));
    }
  }

  /// The usage of all processes of an instance.
  ///
  /// @param app the name of the app
  /// @param id the id of the instance, unique within the home
  /// @param pid the pid of the main process
  /// @param memory the resident memory of all processes
  /// @param processes the number of processes
  /// @param threads the number of threads of all processes; empty if unknown
  /// @param openFiles the number of open files of all processes; empty if unknown
  /// @param read the number of bytes read from disk since the processes were started; empty if
  ///   unknown
  /// @param written the number of bytes written to disk since the processes were started; empty if
  ///   unknown
  public record InstanceUsage(
      String app,
      int id,
      long pid,
      double cpu,
      long memory,
      int processes,
      OptionalLong threads,
      OptionalLong openFiles,
      OptionalLong read,
      OptionalLong written) {
    static InstanceUsage of(JsonMembers json) {
      return new InstanceUsage(
          json.text("app"),
          json.integer("id"),
          json.number("pid"),
          json.decimal("cpu"),
          json.number("memory"),
          json.integer("processes"),
          json.optionalNumber("threads"),
          json.optionalNumber("open_files"),
          json.optionalNumber("read"),
          json.optionalNumber("written"));
    }
  }

  static Usage of(JsonMembers json) {
    return new Usage(
        json.time("at"),
        json.has("system")
            ? Optional.of(Machine.of(JsonMembers.of(json.value("system"))))
            : Optional.empty(),
        json.each("instances", InstanceUsage::of));
  }
}
