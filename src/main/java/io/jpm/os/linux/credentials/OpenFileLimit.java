package io.jpm.os.linux.credentials;

import io.jpm.os.DescriptorBudget;
import io.jpm.os.InheritedLimits;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntSupplier;

/// The limit on open files of the daemon and of its children (RLIMIT_NOFILE, `getrlimit(2)`).
///
/// The daemon raises its own soft limit to the hard limit. A child must receive the soft limit that
/// the daemon was started with: programs that use `select(2)` break above 1024, and others close
/// every descriptor number up to the limit. `posix_spawn(3)` has no attribute for the limit, and a
/// child whose limit is set after its start may have read it already. The daemon therefore lowers
/// its own limit while it spawns a child, which inherits it.
///
/// A lower limit does not close any descriptors, but other threads then cannot open descriptors at
/// or above it, so `accept(2)` would fail. Descriptors that stay open for a long time are therefore
/// moved to numbers above the lower limit ([#moveUp]), which leaves the numbers below it to
/// short-lived descriptors. If even these are used up ([#isNearlyExhausted]), the limit is not
/// lowered, and the shell of [io.jpm.os.linux.spawn.LimitGate] sets the limit of the child.
public final class OpenFileLimit implements InheritedLimits.LimitScope {
  private static final OpenFileLimit OURS = new OpenFileLimit();

  private static final int NOFILE = 7;

  /// Number of descriptors below the lower limit that must be free before the limit is lowered.
  private static final int MARGIN = 256;

  /// Maximum time to wait until the limit is raised again before a descriptor keeps its old number.
  /// The limit may stay low for a long time if the disk of a program that is being spawned does not
  /// respond.
  private static final long PATIENCE_MILLIS = 20;

  private final long callers;
  private final long hard;

  /// The read lock is held while children are spawned, the write lock while the limit must not be
  /// lowered.
  private final ReentrantReadWriteLock making = new ReentrantReadWriteLock();

  /// The daemon's soft limit while no child is being spawned. Guarded by `this`.
  private long raised;

  private int lowered;

  private OpenFileLimit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      ProcessLimits.call(0, NOFILE, MemorySegment.NULL, pair);
      callers = unsigned(pair.getAtIndex(ValueLayout.JAVA_LONG, 0));
      hard = unsigned(pair.getAtIndex(ValueLayout.JAVA_LONG, 1));
    }
    raised = callers;
  }

  /// Converts a negative value, which means no limit, to the largest number.
  private static long unsigned(long limit) {
    return limit < 0 ? Long.MAX_VALUE : limit;
  }

  /// Returns the limit on open files of this process.
  public static OpenFileLimit ofDaemon() {
    return OURS;
  }

  /// Raises the soft limit as far as possible. Further calls have no effect.
  public synchronized void raise() {
    long most = Math.max(callers, Math.min(hard, DescriptorBudget.MOST));
    if (raised < most && set(most) >= 0) {
      raised = most;
      InheritedLimits.install(this);
    }
  }

  /// Returns the soft limit that the daemon was started with, which its children receive.
  public int inheritedLimit() {
    return (int) Math.min(callers, Integer.MAX_VALUE);
  }

  /// Returns the maximum number of descriptors of this process.
  private synchronized int most() {
    return (int) Math.min(raised, Integer.MAX_VALUE);
  }

  /// Returns the descriptor budget of this process.
  public DescriptorBudget budget() {
    return new DescriptorBudget(most());
  }

  private boolean isRaised() {
    return most() > inheritedLimit();
  }

  /// Reports whether so few descriptor numbers below the children's limit are free that lowering
  /// the limit could make other threads fail.
  public boolean isNearlyExhausted() {
    if (!isRaised()) {
      return false;
    }
    int lowest = Libc.duplicateAbove(0, 0);
    if (lowest < 0) {
      return lowest == -Errno.EMFILE;
    }
    Libc.close(lowest);
    return lowest >= callers - Math.min(MARGIN, callers / 4);
  }

  /// Runs `work`. Children that it creates receive the limit that this process was started with.
  @Override
  public <T> T withInheritedLimits(InheritedLimits.ProcessCreation<T> work) throws IOException {
    if (!isRaised()) {
      return work.make();
    }
    making.readLock().lock();
    try {
      lower();
      try {
        return work.make();
      } finally {
        restore();
      }
    } finally {
      making.readLock().unlock();
    }
  }

  private synchronized void lower() {
    if (lowered++ == 0) {
      set(callers);
    }
  }

  private synchronized void restore() {
    if (--lowered == 0) {
      set(raised);
    }
  }

  private int set(long soft) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pair = arena.allocate(ValueLayout.JAVA_LONG, 2);
      pair.setAtIndex(ValueLayout.JAVA_LONG, 0, soft);
      pair.setAtIndex(ValueLayout.JAVA_LONG, 1, hard == Long.MAX_VALUE ? -1 : hard);
      return ProcessLimits.call(0, NOFILE, pair, MemorySegment.NULL);
    }
  }

  /// Moves a descriptor that stays open while an app is running to a number at or above the
  /// children's limit. May block briefly and must not be called on an event loop.
  ///
  /// @param fd a descriptor owned by the caller; closed if a different number is returned
  /// @return the new number; `fd` itself if the limit was not raised or the descriptor cannot be
  ///   moved
  public int moveUp(int fd) {
    if (!isRaised() || fd < 0 || fd >= callers) {
      return fd;
    }
    int least = inheritedLimit();
    int moved = Libc.duplicateAbove(fd, least);
    if (moved == -Errno.EINVAL) { // the limit is currently lowered
      moved = whenRaised(() -> Libc.duplicateAbove(fd, least));
    }
    if (moved < 0) {
      return fd;
    }
    Libc.close(fd);
    return moved;
  }

  private int whenRaised(IntSupplier work) {
    try {
      if (!making.writeLock().tryLock(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
        return -Errno.EAGAIN;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return -Errno.EINTR;
    }
    try {
      return work.getAsInt();
    } finally {
      making.writeLock().unlock();
    }
  }
}
