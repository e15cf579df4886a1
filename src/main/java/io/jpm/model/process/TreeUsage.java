package io.jpm.model.process;

import java.util.List;
import java.util.OptionalLong;

/// The resource usage of a process tree at one moment.
///
/// @param processes the number of processes, at least 1
/// @param memoryBytes the sum of the resident memory of all processes; shared pages count once for
///   each process, as in `ps`
/// @param threads the number of threads; 0 if not available
/// @param cpu the processor time of each process, from which the CPU usage is computed
/// @param files the values for [Detail#FILES]; empty if they are not available for every process
/// @param proportionalBytes the proportional set size (PSS) for [Detail#ALL], in which each process
///   is charged a fraction of a shared page; empty if not available
public record TreeUsage(
    int processes,
    long memoryBytes,
    int threads,
    List<CpuTime> cpu,
    Files files,
    OptionalLong proportionalBytes) {
  public TreeUsage {
    cpu = List.copyOf(cpu);
  }

  /// Returns the usage of a tree that consists of one process. All other values are unknown.
  public static TreeUsage ofOne(ProcessIdentity main, ProcessUsage processUsage) {
    return new TreeUsage(
        1,
        processUsage.memoryBytes(),
        0,
        List.of(new CpuTime(main.pid(), main.startTime(), processUsage.cpuNanos(), 0)),
        Files.UNKNOWN,
        OptionalLong.empty());
  }

  /// Returns a copy with the file values `known`, which were read at a different time.
  public TreeUsage with(Files known) {
    return new TreeUsage(processes, memoryBytes, threads, cpu, known, proportionalBytes);
  }

  /// The values to measure. Each level includes the previous one and costs more.
  public enum Detail {
    /// Memory, threads and processor time.
    BASIC,
    /// Also open files and disk I/O.
    FILES,
    /// Also the proportional set size, for which the kernel visits all pages.
    ALL
  }

  /// Open files, and disk I/O since the start of the processes, including the I/O of their
  /// terminated children.
  ///
  /// @param open the number of open descriptors
  /// @param readBytes the bytes read from disks
  /// @param writtenBytes the bytes written to disks
  public record Files(OptionalLong open, OptionalLong readBytes, OptionalLong writtenBytes) {
    /// No values: they were not measured or are not available.
    public static final Files UNKNOWN =
        new Files(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }

  /// The processor time of one process since its start, for all threads, user and system.
  ///
  /// @param pid the process id
  /// @param startTime distinguishes the process from others with the same pid, see
  ///   [ProcessIdentity]
  /// @param ownNanos the time of the process itself
  /// @param childrenNanos the time of the terminated children that the process has waited for,
  ///   including their descendants
  public record CpuTime(int pid, long startTime, long ownNanos, long childrenNanos) {}
}
