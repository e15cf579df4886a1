package io.jpm.os.linux.rights;

import io.jpm.os.InheritedLimits;
import io.jpm.os.OpenFiles;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.IntSupplier;

/// How many descriptors this process may have, and its children, `getrlimit(2)`, RLIMIT_NOFILE.
///
/// The daemon raises its own soft limit to the hard one. A child must have the soft limit that the
/// daemon was started with: programs that use `select(2)` break above 1024, and others close every
/// number up to the limit. `posix_spawn(3)` has no attribute for it, and a child that is given its
/// limit after its start may have looked at it already. So the limit is lowered for the moment in
/// which a child is made: it inherits that.
///
/// A limit below what is open closes nothing, but the other threads get no descriptor from the
/// limit on: `accept(2)` would fail. Therefore what stays open for long is moved to numbers above
/// the lower limit ([#moveUp]), which leaves the numbers below to what is short. Where even these
/// are used up ([#isCrowded]) the limit is not lowered; a child is then given its limit by the
/// shell of [io.jpm.os.linux.spawn.LimitGate].
public final class OpenFileLimit implements InheritedLimits.Bracket {
  private static final OpenFileLimit OURS = new OpenFileLimit();

  private static final int NOFILE = 7;

  /// How many numbers below the lower limit have to be free for it to be lowered.
  private static final int MARGIN = 256;

  /// How long a descriptor waits for its move: a program on a hung disk may take for ever to be
  /// made.
  private static final long PATIENCE_MILLIS = 20;

  private final long callers;
  private final long hard;

  /// Held for reading while children are made, for writing where the limit must not be low.
  private final ReentrantReadWriteLock making = new ReentrantReadWriteLock();

  /// Guarded by `this`.
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

  /// Without a limit (−1) it is the greatest number.
  private static long unsigned(long limit) {
    return limit < 0 ? Long.MAX_VALUE : limit;
  }

  /// That of this process.
  public static OpenFileLimit ours() {
    return OURS;
  }

  /// Raises the soft limit as far as it goes; once is enough.
  public synchronized void raise() {
    long most = Math.max(callers, Math.min(hard, OpenFiles.MOST));
    if (raised < most && set(most) >= 0) {
      raised = most;
      InheritedLimits.use(this);
    }
  }

  /// The soft limit that the process was started with, which is that of its children.
  public int callers() {
    return (int) Math.min(callers, Integer.MAX_VALUE);
  }

  /// How many descriptors this process may have.
  private synchronized int most() {
    return (int) Math.min(raised, Integer.MAX_VALUE);
  }

  /// What they are for.
  public OpenFiles files() {
    return new OpenFiles(most());
  }

  private boolean isRaised() {
    return most() > callers();
  }

  /// Whether so few numbers below the limit of children are free that the limit cannot be lowered
  /// without harm to other threads.
  public boolean isCrowded() {
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

  /// Runs `work`: the children that it makes have the limit that this process was started with.
  @Override
  public <T> T whileLow(InheritedLimits.Making<T> work) throws IOException {
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

  /// The same descriptor under a number at or above the limit of children, for what stays open for
  /// as long as an app runs. Not for the event loops: it may wait for a moment.
  ///
  /// @param fd ours, closed when another number is returned
  /// @return `fd` itself where the limit was not raised, and where it cannot be moved
  public int moveUp(int fd) {
    if (!isRaised() || fd < 0 || fd >= callers) {
      return fd;
    }
    int least = callers();
    int moved = Libc.duplicateAbove(fd, least);
    if (moved == -Errno.EINVAL) { // it is low just now
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
