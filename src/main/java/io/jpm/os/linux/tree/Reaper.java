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
/// reaped while another process traces it (`ptrace(2)`). In this case the reaper tries again once
/// per second.
public final class Reaper {
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final Set<PendingChild> waiting = ConcurrentHashMap.newKeySet();

  /// Pids of children without a pidfd. These pids cannot be reused, because only the daemon reaps
  /// the children. Confined to the reactor's thread.
  private final Set<Integer> withoutPidFd = new HashSet<>();

  /// Creates a reaper without any children.
  ///
  /// @param reactor reports the exit of each child
  public Reaper(Reactor reactor) {
    this.reactor = reactor;
  }

  /// Reaps the child `pid` when it exits.
  public void reap(int pid) {
    try {
      PendingChild child = new PendingChild(pid, PidFd.open(pid));
      waiting.add(child);
      if (child.watch.add(Libc.EPOLLIN) < 0) {
        child.drop();
        reapWithoutPidFd(pid);
      }
    } catch (PidFd.OpenException noDescriptor) {
      reapWithoutPidFd(pid);
    }
  }

  /// Reaps a child like [#reap] but without a pidfd. For a child that has exited or is about to
  /// exit.
  void reapWithoutPidFd(int pid) {
    reactor.execute(() -> {
      if (!ExitStatus.discard(pid) && withoutPidFd.add(pid) && withoutPidFd.size() == 1) {
        reactor.after(AGAIN_NANOS, this::again);
      }
    });
  }

  private void again() {
    withoutPidFd.removeIf(ExitStatus::discard);
    if (!withoutPidFd.isEmpty()) {
      reactor.after(AGAIN_NANOS, this::again);
    }
  }

  /// Drops the remaining children. Must be called after the reactor has stopped.
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
      reapWithoutPidFd(pid);
    }

    private void drop() {
      waiting.remove(this);
      watch.remove();
      pidFd.close();
    }
  }
}
