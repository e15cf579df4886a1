package io.jpm.os.linux.tree;

import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.PidFd;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Reaps children whose exit status is not needed, so that no zombies remain. A child cannot be
/// reaped while another process traces it, `ptrace(2)`; the reaper then tries again once a second.
public final class Reaper {
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final Set<PendingChild> waiting = ConcurrentHashMap.newKeySet();

  /// Pids of children without a pidfd. They cannot be reused, because only the daemon reaps these
  /// children. Confined to the reactor's thread.
  private final Set<Integer> late = new HashSet<>();

  /// @param reactor reports the end of each child
  public Reaper(Reactor reactor) {
    this.reactor = reactor;
  }

  /// Reaps the child `pid` when it ends.
  public void reap(int pid) {
    try {
      PendingChild child = new PendingChild(pid, PidFd.open(pid));
      waiting.add(child);
      if (child.watch.add(Libc.EPOLLIN) < 0) {
        child.drop();
        takeLate(pid);
      }
    } catch (PidFd.OpenException noDescriptor) {
      takeLate(pid);
    }
  }

  /// Like [#reap], but without a pidfd: for a child that has ended or is about to end.
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

  /// Drops the remaining children. Must be called after the reactor has ended.
  public void close() {
    waiting.forEach(PendingChild::drop);
  }

  private final class PendingChild {
    private final int pid;
    private final PidFd pidFd;
    private final Reactor.Watch watch;

    PendingChild(int pid, PidFd pidFd) {
      this.pid = pid;
      this.pidFd = pidFd;
      this.watch = reactor.watch(pidFd.descriptor(), _ -> fetch());
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
