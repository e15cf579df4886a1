package io.jpm.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The resource usage of all apps and of the machine at one moment. `cpu` is in percent of one core
/// since the previous moment; memory, `read` and `written` are in bytes.
///
/// @param at the time of the measurement
/// @param system the machine, if the system provides its usage
/// @param instances the instances that have a process
public record Usage(Instant at, Optional<Machine> system, List<InstanceUsage> instances) {
  public Usage {
    instances = List.copyOf(instances);
  }

  /// The usage of the machine.
  ///
  /// @param cores the number of processors
  /// @param cpu the usage of all processors together, in percent of one
  /// @param memory the total memory
  /// @param available the memory available to processes
  /// @param load the load average of one minute
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

  /// The usage of an instance with all its processes.
  ///
  /// @param app the name of its app
  /// @param id its id, unique in the home
  /// @param pid its main process
  /// @param memory the resident memory of all processes together
  /// @param processes the number of its processes
  /// @param threads the number of threads of all processes; empty: unknown
  /// @param openFiles the number of open files of all processes; empty: unknown
  /// @param read bytes read from disks since the processes started; empty: unknown
  /// @param written bytes written to disks since the processes started; empty: unknown
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
