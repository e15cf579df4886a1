package io.jpm.os.linux;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Fetches the status of children that nobody asks about, so that none stays a zombie.
final class Reaper {
  private final Reactor reactor;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

  /// @param reactor tells of the end of each
  Reaper(Reactor reactor) {
    this.reactor = reactor;
  }

  /// Looks after the child `pid` from now on.
  void take(int pid) {
    try {
      Waiting child = new Waiting(PidFd.open(pid));
      waiting.add(child);
      if (child.watch.add(Libc.EPOLLIN) < 0) {
        child.drop();
      }
    } catch (PidFd.Failure noDescriptor) {
      // Too many open files: a zombie costs a pid until the daemon ends.
    }
  }

  /// Forgets those that are left. After the end of the reactor.
  void close() {
    waiting.forEach(Waiting::drop);
  }

  private final class Waiting {
    private final PidFd pidFd;
    private final Reactor.Watch watch;

    Waiting(PidFd pidFd) {
      this.pidFd = pidFd;
      this.watch = reactor.watch(pidFd.number(), _ -> fetch());
    }

    private void fetch() {
      ExitStatus.of(pidFd);
      drop();
    }

    private void drop() {
      waiting.remove(this);
      watch.remove();
      pidFd.close();
    }
  }
}
