package io.jpm.os.linux;

import io.jpm.model.ProcessIdentity;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Who is in a tree, cheaply: the main process, its session, and the descendants of these. Those
/// that left both (a daemonised grandchild) are not looked for: their tag is in an environment, and
/// reading those of all processes every time would cost more than it tells.
final class TreeWalk {
  private final ProcessSnapshot snapshot;
  private final Map<Integer, List<ProcStat>> sessions;
  private final Self self;

  /// @param snapshot all processes
  /// @param self the daemon, which is part of no tree, nor is what only it has started
  TreeWalk(ProcessSnapshot snapshot, Self self) {
    this.snapshot = snapshot;
    this.sessions = snapshot.all().stream().collect(Collectors.groupingBy(ProcStat::session));
    this.self = self;
  }

  /// All of the tree under a main process; nothing when that is gone.
  Collection<ProcStat> of(ProcessIdentity identity) {
    Optional<ProcStat> main =
        snapshot
            .process(identity.pid())
            .filter(found ->
                found.startTime() == identity.startTime()
                    && identity.bootId().equals(self.bootId())
                    && found.isAlive());
    return main.isPresent() ? under(main.get()) : List.of();
  }

  private Collection<ProcStat> under(ProcStat main) {
    Map<Integer, ProcStat> found = new LinkedHashMap<>();
    Deque<ProcStat> open = new ArrayDeque<>(List.of(main));
    // The session has its number from the main process, which is there: it is nobody else's.
    open.addAll(sessions.getOrDefault(main.pid(), List.of()));
    while (!open.isEmpty()) {
      ProcStat process = open.remove();
      if (process.pid() != self.pid() && found.putIfAbsent(process.pid(), process) == null) {
        open.addAll(snapshot.childrenOf(process.pid()));
      }
    }
    return found.values();
  }
}
