package io.jpm.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What all apps and the machine use at one moment. `cpu` is in percent of one core since the
/// moment before, memory and what was read and written in bytes.
///
/// @param at when
/// @param system the machine, where it tells
/// @param instances those that have a process
public record Usage(Instant at, Optional<Machine> system, List<OfInstance> instances) {
  public Usage {
    instances = List.copyOf(instances);
  }

  /// The machine.
  ///
  /// @param cores how many processors it has
  /// @param cpu all processors together, in percent of one
  /// @param memory how much it has
  /// @param available how much of that could be had
  /// @param load the load average of a minute
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

  /// An instance with all its processes.
  ///
  /// @param app its app's name
  /// @param id its number among all of the home
  /// @param pid its main process
  /// @param memory resident, of all processes together
  /// @param processes how many it has
  /// @param threads of all of them, where the system tells
  /// @param openFiles likewise
  /// @param read from disks since the processes began, where the system tells
  /// @param written likewise
  public record OfInstance(
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
    static OfInstance of(JsonMembers json) {
      return new OfInstance(
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
        json.each("instances", OfInstance::of));
  }
}
