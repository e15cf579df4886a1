package io.jpm.os.linux;

import io.jpm.model.ProcessIdentity;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// What trees have resident, all of them from one walk over `/proc`.
final class TreeMemory {
  private final TreeWalk walk;

  /// @param snapshot all processes
  /// @param self the daemon, which is part of no tree, nor is what only it has started
  TreeMemory(ProcessSnapshot snapshot, Self self) {
    this.walk = new TreeWalk(snapshot, self);
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
      Collection<ProcStat> tree = walk.of(identity);
      if (!tree.isEmpty()) {
        bytes.put(identity, tree.stream().mapToLong(ProcStat::residentPages).sum() * pageBytes);
      }
    }
    return Map.copyOf(bytes);
  }

  /// Asked of the C library once, when first needed.
  private static final class PageSize {
    private static final long BYTES = Libc.pageBytes();

    private PageSize() {}
  }
}
