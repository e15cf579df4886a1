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

/// Finds the processes of a tree cheaply: the main process, its session, and the descendants of
/// these. Processes that left both (a daemonized grandchild) are not found: finding their tag would
/// mean reading the environments of all processes every time.
public final class TreeWalk {
  private final ProcessSnapshot snapshot;
  private final Map<Integer, List<ProcStat>> sessions;
  private final DaemonIdentity daemonIdentity;

  /// @param snapshot all processes
  /// @param daemonIdentity the daemon, which belongs to no tree, nor do processes that only it
  ///   started
  public TreeWalk(ProcessSnapshot snapshot, DaemonIdentity daemonIdentity) {
    this.snapshot = snapshot;
    this.sessions = snapshot.all().stream().collect(Collectors.groupingBy(ProcStat::session));
    this.daemonIdentity = daemonIdentity;
  }

  /// Returns the processes of the tree under a main process; empty if that process is gone.
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
    // The main process exists, so a session with the number of its pid is its own.
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
