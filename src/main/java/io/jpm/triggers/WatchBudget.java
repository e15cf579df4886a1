package io.jpm.triggers;

/// Limits the memory for the state of watched files, both per app and for all apps together. A
/// directory with a million files must not exhaust the memory that supervision needs. Confined to
/// the thread of [FileWatcher].
final class WatchBudget {
  private static final int PART_OF_HEAP = 4;
  private static final int MOST_APPS = 2;

  private static final long FREE = 128 << 10;

  private final long each;
  private final long free;
  private long left;

  /// @param all the number of bytes for all apps
  /// @param each the maximum number of bytes for one app
  /// @param free the number of additional bytes that each app may always use, regardless of the
  ///   other apps
  WatchBudget(long all, long each, long free) {
    this.left = all;
    this.each = each;
    this.free = free;
  }

  /// Returns a budget of a quarter of the heap. One app may use half of it, because a rescan
  /// temporarily needs the memory of one app twice. A few hundred files can always be watched.
  static WatchBudget ofHeap() {
    long all = Runtime.getRuntime().maxMemory() / PART_OF_HEAP;
    return new WatchBudget(all, all / MOST_APPS, FREE);
  }

  /// Creates the share of one app.
  Share share() {
    return new Share();
  }

  /// The memory that one app has reserved.
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

    /// Returns the part of `bytes` that counts against the memory of all apps.
    private long common(long bytes) {
      return Math.max(0, bytes - free);
    }

    /// Reports whether the limit of this app prevents further reservations, rather than the limit
    /// of all apps.
    boolean isOwnUsedUp() {
      return each - common(taken) <= left;
    }
  }
}
