package io.jpm.os.linux;

import io.jpm.model.ProcessIdentity;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What trees have resident, all of them from one walk over `/proc`.
///
/// To a tree belong the main process, its session, and the descendants of these. Those that left
/// both (a daemonised grandchild) are not looked for: their tag is in an environment, and reading
/// those of all processes every second would cost more than it tells.
final class TreeMemory {
  private final ProcessSnapshot snapshot;
  private final Map<Integer, List<ProcStat>> sessions;
  private final Self self;

  /// @param snapshot all processes
  /// @param self the daemon, which is part of no tree, nor is what only it has started
  TreeMemory(ProcessSnapshot snapshot, Self self) {
    this.snapshot = snapshot;
    this.sessions = snapshot.all().stream().collect(Collectors.groupingBy(ProcStat::session));
    this.self = self;
  }

  /// The bytes of the tree under each main process that is alive.
  static Map<ProcessIdentity, Long> now(Collection<ProcessIdentity> mains, Self self) {
    try (ProcReader reader = new ProcReader()) {
      return new TreeMemory(ProcessSnapshot.take(reader, new TagTrust(self.user())), self)
          .bytes(mains, PageSize.BYTES);
    }
  }

  Map<ProcessIdentity, Long> bytes(Collection<ProcessIdentity> mains, long pageBytes) {
    Map<ProcessIdentity, Long> bytes = new HashMap<>();
    for (ProcessIdentity identity : mains) {
      snapshot
          .process(identity.pid())
          .filter(main ->
              main.startTime() == identity.startTime()
                  && identity.bootId().equals(self.bootId())
                  && main.isAlive())
          .ifPresent(main -> bytes.put(identity, pages(main) * pageBytes));
    }
    return Map.copyOf(bytes);
  }

  private long pages(ProcStat main) {
    Set<Integer> seen = new HashSet<>(Set.of(self.pid()));
    Deque<ProcStat> open = new ArrayDeque<>(List.of(main));
    // The session has its number from the main process, which is there: it is nobody else's.
    open.addAll(sessions.getOrDefault(main.pid(), List.of()));
    long pages = 0;
    while (!open.isEmpty()) {
      ProcStat process = open.remove();
      if (seen.add(process.pid())) {
        pages += process.residentPages();
        open.addAll(snapshot.childrenOf(process.pid()));
      }
    }
    return pages;
  }

  /// Asked of the C library once, when first needed.
  private static final class PageSize {
    private static final long BYTES = Libc.pageBytes();

    private PageSize() {}
  }
}
