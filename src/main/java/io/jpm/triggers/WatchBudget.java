package io.jpm.triggers;

/// Limits the memory that records the watched files, for each app and for all apps together. A
/// directory with a million files must not exhaust the memory needed for supervision. Confined to
/// the thread of [FileWatcher].
final class WatchBudget {
  private static final int PART_OF_HEAP = 4;
  private static final int MOST_APPS = 2;

  private static final long FREE = 128 << 10;

  private final long each;
  private final long free;
  private long left;

  /// @param all bytes for all apps
  /// @param each bytes for one app
  /// @param free additional bytes that each app may always use, regardless of the other apps
  WatchBudget(long all, long each, long free) {
    this.left = all;
    this.each = each;
    this.free = free;
  }

  /// Returns a budget of a quarter of the heap, and half of that for one app, because a rescan
  /// needs the memory of one app a second time. A few hundred files can always be watched.
  static WatchBudget ofHeap() {
    long all = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    return new WatchBudget(all, all / MOST_APPS, FREE);
  }

  /// Returns the share of a further app.
  Share share() {
    return new Share();
  }

  /// The memory used by one app.
  final class Share {
    private long taken;

    /// Reserves `bytes`.
    ///
    /// @return whether they were available; if not, nothing is reserved
    boolean take(long bytes) {
      long common = common(taken + bytes) - common(taken);
      if (common > left || common(taken + bytes) > each) {
        return false;
      }
      taken += bytes;
      left -= common;
      return true;
    }

    void giveBack(long bytes) {
      left += common(taken) - common(taken - bytes);
      taken -= bytes;
    }

    /// Returns how many of `bytes` count against the shared memory.
    private long common(long bytes) {
      return Math.max(0, bytes - free);
    }

    /// Reports which limit is the obstacle: true for this app's own, false for that of all apps.
    boolean isOwnUsedUp() {
      return each - common(taken) <= left;
    }
  }
}
