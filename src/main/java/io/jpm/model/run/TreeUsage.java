package io.jpm.model.run;

import java.util.List;
import java.util.OptionalLong;

/// What a tree uses at one moment: a main process with all that belongs to it.
///
/// @param processes how many processes it has, at least 1
/// @param memoryBytes resident memory of all of them; pages that they share count for each, as in
///   `ps`
/// @param threads of all processes; 0 where the system does not tell
/// @param cpu the processor time of each process, from which a load is worked out
/// @param files what was asked for by [Detail#FILES]; where the system does not tell of every
///   process its parts are empty
/// @param sharedBytes resident memory in which a page that several processes share counts as a part
///   for each (PSS), when asked for by [Detail#ALL]; empty where the system does not tell
public record TreeUsage(
    int processes,
    long memoryBytes,
    int threads,
    List<CpuTime> cpu,
    Files files,
    OptionalLong sharedBytes) {
  public TreeUsage {
    cpu = List.copyOf(cpu);
  }

  /// One process, of which no more is known.
  public static TreeUsage ofOne(ProcessIdentity main, Usage usage) {
    return new TreeUsage(
        1,
        usage.memoryBytes(),
        0,
        List.of(new CpuTime(main.pid(), main.startTime(), usage.cpuNanos(), 0)),
        Files.UNKNOWN,
        OptionalLong.empty());
  }

  /// The same with files that were read at another time.
  public TreeUsage with(Files known) {
    return new TreeUsage(processes, memoryBytes, threads, cpu, known, sharedBytes);
  }

  /// How much is asked for; each includes the one before it and costs more.
  public enum Detail {
    /// Memory, threads and processor time.
    BASIC,
    /// Open files and what was read and written, too.
    FILES,
    /// Memory by shares, too, for which the kernel walks over all pages.
    ALL
  }

  /// Open files, and what was read from and written to disks since the processes began, with their
  /// children that have ended.
  ///
  /// @param open descriptors
  /// @param readBytes from disks
  /// @param writtenBytes to disks
  public record Files(OptionalLong open, OptionalLong readBytes, OptionalLong writtenBytes) {
    /// Nobody asked, or the system does not tell.
    public static final Files UNKNOWN =
        new Files(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());
  }

  /// The processor time of one process since it began, user and system, all threads.
  ///
  /// @param pid its id
  /// @param startTime which tells it from others with this id, see [ProcessIdentity]
  /// @param ownNanos its own
  /// @param endedNanos that of its children which have ended and whose status it took, with theirs
  public record CpuTime(int pid, long startTime, long ownNanos, long endedNanos) {}
}
