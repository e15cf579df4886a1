package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Finds the processes of a tree cheaply: the main process, the processes in its session, and their
/// descendants. A process that left the session and lost its parent, such as a daemonized
/// grandchild, is not found. Finding it by its tag would require reading the environments of all
/// processes in every scan.
public final class TreeScan {
  private final ProcessSnapshot snapshot;
  private final Map<Integer, List<ProcStat>> sessions;
  private final DaemonIdentity daemonIdentity;

  /// Creates a scan of one snapshot.
  ///
  /// @param snapshot all processes
  /// @param daemonIdentity the daemon, which belongs to no tree; neither do processes that only the
  ///   daemon has started
  public TreeScan(ProcessSnapshot snapshot, DaemonIdentity daemonIdentity) {
    this.snapshot = snapshot;
    this.sessions = snapshot.all().stream().collect(Collectors.groupingBy(ProcStat::session));
    this.daemonIdentity = daemonIdentity;
  }

  /// Returns the processes in the tree of a main process; empty if the main process has exited.
  public Collection<ProcStat> collect(ProcessIdentity identity) {
    Optional<ProcStat> main =
        snapshot
            .process(identity.pid())
            .filter(found ->
                found.startTime() == identity.startTime()
                    && identity.bootId().equals(daemonIdentity.bootId())
                    && found.isAlive());
    return main.isPresent() ? under(main.get()) : List.of();
  }

  private Collection<ProcStat> under(ProcStat main) {
    Map<Integer, ProcStat> found = new LinkedHashMap<>();
    Deque<ProcStat> open = new ArrayDeque<>(List.of(main));
    // The main process exists, so the session whose id is its pid is its own.
    open.addAll(sessions.getOrDefault(main.pid(), List.of()));
    while (!open.isEmpty()) {
      ProcStat process = open.remove();
      if (process.pid() != daemonIdentity.pid()
          && found.putIfAbsent(process.pid(), process) == null) {
        open.addAll(snapshot.childrenOf(process.pid()));
      }
    }
    return found.values();
  }
}
