package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.SystemUsage;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcFiles;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.StatTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Measures the resource usage of process trees and of the machine. Only one request is served at a
/// time, because all requests share the same buffers. The first request allocates them.
public final class LinuxUsage implements AutoCloseable {
  private static final long KIBI = 1024;

  /// Fields of the `cpu` line in `/proc/stat` that count as work: user, nice, system, irq, softirq
  /// and steal. Idle and iowait do not count, and user already includes guest time.
  private static final List<Integer> BUSY = List.of(1, 2, 3, 6, 7, 8);

  private final UsageSweep sweep;
  private final Supplier<Map<Integer, Long>> outsiders;
  private final UnknownChildReaper unknownChildReaper;
  private final StatTable table = new StatTable();
  private Optional<ProcFiles> files = Optional.empty();
  private boolean closed;

  /// Creates an instance for one host.
  ///
  /// @param outsiders supplies the processes that do not have to be read, see
  ///   [TreeSweeper#unrelatedProcesses]
  /// @param unknownChildReaper receives all processes found by each scan
  public LinuxUsage(
      DaemonIdentity daemonIdentity,
      Supplier<Map<Integer, Long>> outsiders,
      UnknownChildReaper unknownChildReaper) {
    this.outsiders = outsiders;
    this.unknownChildReaper = unknownChildReaper;
    this.sweep = new UsageSweep(daemonIdentity, table);
  }

  /// Returns the usage of the trees of `mains`. Trees whose main process has exited are left out.
  public synchronized Map<ProcessIdentity, TreeUsage> read(
      Collection<ProcessIdentity> mains, TreeUsage.Detail detail) {
    if (closed || mains.isEmpty()) {
      return Map.of();
    }
    ProcFiles open = files.orElseGet(ProcFiles::new);
    files = Optional.of(open);
    Map<Integer, Long> known = outsiders.get();
    // A main process can be among the known outsiders if it has removed its tag and was adopted
    // after the last sweep. In this case all processes are read.
    boolean stale = mains.stream().anyMatch(main -> known.containsKey(main.pid()));
    open.readAll(table, stale ? Map.of() : known);
    unknownChildReaper.reapUnknown(table, System.nanoTime());
    return sweep.collect(mains, detail, open);
  }

  /// Returns the usage of the whole machine; empty if `/proc` does not contain it.
  public static Optional<SystemUsage> ofSystem() {
    try {
      String[] cpu =
          Files.readString(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +", -1);
      long ticks = BUSY.stream().mapToLong(field -> Long.parseLong(cpu[field])).sum();
      List<String> memory = Files.readAllLines(Path.of("/proc/meminfo"));
      String load = Files.readString(Path.of("/proc/loadavg"));
      return Optional.of(
          new SystemUsage(
              Runtime.getRuntime().availableProcessors(),
              ticks * (1_000_000_000L / ProcReader.Ticks.PER_SECOND),
              bytes(memory, "MemTotal:"),
              bytes(memory, "MemAvailable:"),
              Double.parseDouble(load.substring(0, load.indexOf(' ')))));
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException hidden) {
      return Optional.empty();
    }
  }

  private static long bytes(List<String> lines, String label) {
    return lines.stream()
        .filter(line -> line.startsWith(label))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBI)
        .findFirst()
        .orElse(0);
  }

  @Override
  public synchronized void close() {
    closed = true;
    files.ifPresent(ProcFiles::close);
    files = Optional.empty();
  }
}
