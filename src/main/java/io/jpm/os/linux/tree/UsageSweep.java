package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage;
import io.jpm.model.process.TreeUsage.CpuTime;
import io.jpm.model.process.TreeUsage.Detail;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcessDetailReader;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.StatTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/// Measures the usage of several trees in one scan of `/proc`. A tree consists of the main process,
/// the processes in its session, and their descendants, see [TreeScan]. The values of all processes
/// are kept in reused arrays, so a scan creates almost no garbage.
///
/// If main processes are nested, a process belongs to the tree of its nearest ancestor that is a
/// main process.
final class UsageSweep {
  private static final int NONE = -1;
  private static final int UNKNOWN = -2;

  private final DaemonIdentity daemonIdentity;
  private final StatTable table;
  private int[] owners = new int[0];
  private List<ProcessIdentity> asked = List.of();

  /// @param daemonIdentity the daemon, which belongs to no tree; neither do processes that only the
  ///   daemon has started
  /// @param table all processes, which the caller reads again before each request
  UsageSweep(DaemonIdentity daemonIdentity, StatTable table) {
    this.daemonIdentity = daemonIdentity;
    this.table = table;
  }

  /// Returns the usage of the trees of `mains`. Trees whose main process has exited are left out.
  ///
  /// @param figures reads the values that the table does not contain
  Map<ProcessIdentity, TreeUsage> collect(
      Collection<ProcessIdentity> mains, Detail detail, ProcessDetailReader figures) {
    List<ProcessIdentity> alive = mains.stream().distinct().filter(this::isAlive).toList();
    assignOwners(alive);
    List<Sum> sums = new ArrayList<>();
    alive.forEach(_ -> sums.add(new Sum()));
    for (int row = 0; row < table.size(); row++) {
      if (owners[row] >= 0) {
        sums.get(owners[row]).add(table, row, detail, figures);
      }
    }
    Map<ProcessIdentity, TreeUsage> usages = new HashMap<>();
    for (int i = 0; i < sums.size(); i++) {
      usages.put(alive.get(i), sums.get(i).usage(detail));
    }
    return usages;
  }

  private boolean isAlive(ProcessIdentity main) {
    int row = table.find(main.pid());
    return row >= 0
        && table.startTime(row) == main.startTime()
        && main.bootId().equals(daemonIdentity.bootId())
        && table.isAlive(row);
  }

  private void assignOwners(List<ProcessIdentity> mains) {
    asked = mains;
    if (owners.length < table.size()) {
      owners = new int[table.capacity()];
    }
    Arrays.fill(owners, 0, table.size(), UNKNOWN);
    int itself = table.find(daemonIdentity.pid());
    if (itself >= 0) {
      owners[itself] = NONE;
    }
    for (int i = 0; i < mains.size(); i++) {
      owners[table.find(mains.get(i).pid())] = i;
    }
    for (int row = 0; row < table.size(); row++) {
      ownerOf(row, 0);
    }
  }

  private int ownerOf(int row, int depth) {
    if (row < 0 || depth > ProcessSnapshot.MOST_ANCESTORS) {
      return NONE;
    }
    if (owners[row] == UNKNOWN) {
      // The id of a session is the pid of the process that created it, and this pid is not reused
      // as long as the session exists.
      int leader = table.find(table.session(row));
      owners[row] =
          isMain(leader) ? owners[leader] : ownerOf(table.find(table.parent(row)), depth + 1);
    }
    return owners[row];
  }

  private boolean isMain(int row) {
    return row >= 0 && owners[row] >= 0 && asked.get(owners[row]).pid() == table.pid(row);
  }

  /// The running totals of one tree.
  private static final class Sum {
    private final List<CpuTime> cpu = new ArrayList<>();
    private int processes;
    private long pages;
    private int threads;
    private final Total open = new Total();
    private final Total read = new Total();
    private final Total written = new Total();
    private final Total shared = new Total();

    void add(StatTable table, int row, Detail detail, ProcessDetailReader figures) {
      cpu.add(
          new CpuTime(
              table.pid(row), table.startTime(row), table.ownNanos(row), table.endedNanos(row)));
      if (!table.isAlive(row)) {
        return; // a zombie uses no resources besides its CPU time
      }
      processes++;
      pages += table.residentPages(row);
      threads += table.threads(row);
      if (detail.compareTo(Detail.FILES) >= 0) {
        figures.load(table.pid(row));
        open.add(figures.openFiles());
        read.add(figures.readBytes());
        written.add(figures.writtenBytes());
      }
      if (detail == Detail.ALL) {
        shared.add(figures.proportionalBytes(table.pid(row)));
      }
    }

    TreeUsage usage(Detail detail) {
      TreeUsage.Files files =
          detail == Detail.BASIC
              ? TreeUsage.Files.UNKNOWN
              : new TreeUsage.Files(open.value(), read.value(), written.value());
      return new TreeUsage(
          processes,
          pages * Units.PAGE_BYTES,
          threads,
          cpu,
          files,
          detail == Detail.ALL ? shared.value() : OptionalLong.empty());
    }
  }

  /// A sum that is unknown if one of the added values is unknown.
  private static final class Total {
    private long sum;
    private boolean unknown;

    /// @param part the value to add; negative if unknown
    void add(long part) {
      unknown |= part < 0;
      sum += part;
    }

    OptionalLong value() {
      return unknown ? OptionalLong.empty() : OptionalLong.of(sum);
    }
  }

  /// Constants that are read from the C library on first use.
  private static final class Units {
    private static final long PAGE_BYTES = Libc.pageBytes();

    private Units() {}
  }
}
