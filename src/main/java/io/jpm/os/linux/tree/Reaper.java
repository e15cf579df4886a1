package io.jpm.os.linux.tree;

import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.PidFd;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Fetches the status of children that nobody asks about, so that none stays a zombie. One that has
/// ended cannot be fetched while another process traces it, `ptrace(2)`: it is asked again from
/// time to time.
public final class Reaper {
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final Set<Waiting> waiting = ConcurrentHashMap.newKeySet();

  /// Owned by the reactor: children without a descriptor. Only we free their pids.
  private final Set<Integer> late = new HashSet<>();

  /// @param reactor tells of the end of each
  public Reaper(Reactor reactor) {
    this.reactor = reactor;
  }

  /// Looks after the child `pid` from now on.
  public void take(int pid) {
    try {
      Waiting child = new Waiting(pid, PidFd.open(pid));
      waiting.add(child);
      if (child.watch.add(Libc.EPOLLIN) < 0) {
        child.drop();
        takeLate(pid);
      }
    } catch (PidFd.Failure noDescriptor) {
      takeLate(pid);
    }
  }

  /// As [#take], without a descriptor: for one that has ended or is about to.
  void takeLate(int pid) {
    reactor.execute(() -> {
      if (!ExitStatus.discard(pid) && late.add(pid) && late.size() == 1) {
        reactor.after(AGAIN_NANOS, this::again);
      }
    });
  }

  private void again() {
    late.removeIf(ExitStatus::discard);
    if (!late.isEmpty()) {
      reactor.after(AGAIN_NANOS, this::again);
    }
  }

  /// Forgets those that are left. After the end of the reactor.
  public void close() {
    waiting.forEach(Waiting::drop);
  }

  private final class Waiting {
    private final int pid;
    private final PidFd pidFd;
    private final Reactor.Watch watch;

    Waiting(int pid, PidFd pidFd) {
      this.pid = pid;
      this.pidFd = pidFd;
      this.watch = reactor.watch(pidFd.number(), _ -> fetch());
    }

    private void fetch() {
      drop();
      takeLate(pid);
    }

    private void drop() {
      waiting.remove(this);
      watch.remove();
      pidFd.close();
    }
  }
}
